// What was done on a map, to be undone: views, which it keeps, and selections, which the server keeps; and what
// the server was told by gestures and has yet to answer.
const MOST = 150;
export const HEARD = 10_000; // milliseconds within which the server hears

export class Acts {
  constructor() {
    this.before = []; // "view" or "selection", the last one last
    this.after = [];
    this.told = []; // { id, until, ... }, the first one first
  }

  did(act) {
    this.before = [...this.before, act].slice(-MOST);
    this.after = [];
  }

  // What is undone, or done again: "view" or "selection"; undefined where there is nothing.
  again(name) {
    const [from, to] = name === "undo" ? [this.before, this.after] : [this.after, this.before];
    const act = from.pop();
    if (act) to.push(act);
    return act;
  }

  // All that the server is to hear, in order: it may miss what was told and replaced before it looked.
  tell(gesture, now) {
    this.told = [...this.waiting(now), { ...gesture, until: now + HEARD }];
    return this.told;
  }

  // The server has heard all up to this one; whether any of it was new to it.
  hear(id) {
    const heard = this.told.findIndex((one) => one.id === id) + 1;
    this.told = this.told.slice(heard);
    return heard > 0;
  }

  waiting(now) {
    return this.told.filter(({ until }) => now < until);
  }
}
