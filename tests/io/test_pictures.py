"""Pictures with captions and labels, laid out as the tools that people use lay them out."""

import base64
import csv
import io
import json
import os
import tarfile
import unicodedata
import zipfile
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from pyarrow import feather

from core.errors import InvalidFile
from core.io.collection import read_texts
from core.io.images import decoded
from core.io.picture_tables import holds_pictures
from core.io.pictures import read_pictures
from core.io.text_tables import text_columns, text_table


def drawn(at: int = 0, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (3, 3), (at * 37 % 256, at * 91 % 256, 80)).save(stream, kind)
    return stream.getvalue()


def archive_of(path, members):
    with zipfile.ZipFile(path, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


PNG = drawn()


def test_folders_below_the_common_one_are_labels(tmp_path):
    path = archive_of(tmp_path / "a.zip", {"all/x/1.png": PNG, "all/y/deep/2.png": PNG})
    assert read_pictures([path]).items["label"].tolist() == ["x", "y"]


def test_one_folder_for_all_is_no_label(tmp_path):
    path = archive_of(tmp_path / "a.zip", {"all/1.png": PNG, "all/2.png": PNG})
    assert "label" not in read_pictures([path]).items


def test_a_list_of_captions_makes_several_texts(tmp_path):
    lines = '{"file": "1.png", "captions": ["one", "two"], "label": "z"}\n'
    path = archive_of(tmp_path / "a.zip", {"1.png": PNG, "captions.jsonl": lines})
    found = read_pictures([path])
    assert found.texts == ("one", "two")
    assert found.items["pair"].tolist() == [0, 0, 0]
    assert found.items["label"].tolist() == ["z", "z", "z"]


def test_captions_beside_picture_files_make_pairs(tmp_path):
    (tmp_path / "1.png").write_bytes(PNG)
    (tmp_path / "captions.csv").write_text("image,caption\n1.png,a dot\n")
    assert read_pictures([tmp_path / "1.png", tmp_path / "captions.csv"]).texts == ("a dot",)


def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path):
    path = archive_of(tmp_path / "a.zip", {"../1.png": PNG})
    with pytest.raises(InvalidFile, match="leads out"):
        read_pictures([path])


def test_a_zip_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("1.png", bytes(100 << 20))
    with pytest.raises(InvalidFile, match="zip bomb"):
        read_pictures([path])


def test_an_archive_without_pictures_is_refused(tmp_path):
    with pytest.raises(InvalidFile, match="no pictures"):
        read_pictures([archive_of(tmp_path / "a.zip", {"notes.doc": "x"})])


def labels(collection):
    return collection.items[collection.roles["label"]].tolist()


def written(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def pairs(collection):
    """Captions by the file that they belong to."""
    roles, items = collection.roles, collection.items
    texts = items[items[roles["modality"]] == "text"]
    return [(row["file"], row[roles["text"]]) for row in texts.to_dict("records")]


def colors(collection):
    """Each picture by the color that it was drawn in: the right bytes under the right name."""
    return [decoded(p.data(), p.name).getpixel((0, 0))[:2] for p in collection.pictures]


THREE = {f"{at}.png": drawn(at) for at in range(3)}
COLORS = [(0, 0), (37, 91), (74, 182)]


def test_a_folder_of_class_folders_is_read_to_its_depth(tmp_path):
    found = read_pictures([written(tmp_path / "pets", {"cat/1.png": PNG, "dog/2.png": PNG})])
    assert labels(found) == ["cat", "dog"]
    assert found.name == "pets"
    assert found.pictures[0].data() == PNG


def test_an_empty_folder_says_that_it_holds_no_pictures(tmp_path):
    with pytest.raises(InvalidFile, match="holds no pictures"):
        read_pictures([tmp_path])


def test_train_and_val_are_a_split_and_the_folders_below_are_the_classes(tmp_path):
    files = {f"{s}/{c}/1.png": PNG for s in ("train", "val2017") for c in ("cat", "dog")}
    found = read_pictures([written(tmp_path, files)])
    assert labels(found) == ["cat", "dog", "cat", "dog"]
    assert found.items["split"].tolist() == ["train", "train", "val2017", "val2017"]
    assert found.label_columns == ("label",)


def test_folders_in_folders_leave_the_label_open(tmp_path):
    files = {f"{a}/{b}/{n}.png": PNG for a in "xy" for b in "pqr" for n in range(3)}
    found = read_pictures([written(tmp_path, files)])
    assert found.label_columns == ("folder 2", "folder 1")
    assert labels(found)[:4] == ["p", "p", "p", "q"]


def test_a_picture_is_found_by_links_that_lead_round_in_a_circle(tmp_path):
    written(tmp_path, {"a/1.png": PNG})
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert len(read_pictures([tmp_path]).pictures) >= 1


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED])
def test_a_zip_of_windows_and_of_the_mac_is_read_however_it_is_packed(tmp_path, packing):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", packing) as made:
        for at, kind in enumerate(["cat", "dog"]):
            member = zipfile.ZipInfo("later")
            member.filename, member.compress_type = f"pets\\{kind}\\{at}.png", packing
            made.writestr(member, drawn(at))
        made.writestr("__MACOSX/pets/._0.png", b"resource fork")
    found = read_pictures([path])
    assert labels(found) == ["cat", "dog"]
    assert colors(found) == COLORS[:2]
    assert not found.refused


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_occurs_twice_is_named_and_read_once(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        for at in (0, 1):
            made.writestr("1.png", drawn(at))
    found = read_pictures([path])
    assert colors(found) == [COLORS[1]]
    assert "'1.png' occurs twice" in found.refused[0]


@pytest.mark.parametrize("packing", ["", "gz", "bz2", "xz"])
def test_shards_of_webdataset_are_read_with_what_lies_beside_each_picture(tmp_path, packing):
    paths = []
    for shard in range(2):
        paths.append(tmp_path / f"shard-{shard:06d}.tar{'.' if packing else ''}{packing}")
        with tarfile.open(paths[-1], f"w:{packing}") as made:
            for at in range(3):
                beside = json.dumps({"url": f"http://x/{at}.jpg", "caption": f"caption {at}"})
                for suffix, data in {
                    "png": drawn(at), "txt": f"caption {at}".encode(), "cls": b"%d" % (at % 2),
                    "json": beside.encode(),
                }.items():  # fmt: skip
                    member = tarfile.TarInfo(f"sample{at}.{suffix}")
                    member.size = len(data)
                    made.addfile(member, io.BytesIO(data))
    found = read_pictures(paths)
    assert colors(found) == COLORS * 2
    assert len({picture.name for picture in found.pictures}) == 6  # the shards share their keys
    assert found.texts == ("caption 0", "caption 1", "caption 2") * 2
    assert labels(found)[:3] == ["0", "1", "0"]
    assert found.items["url"].tolist()[:2] == ["http://x/0.jpg", "http://x/1.jpg"]


def test_names_with_dots_in_a_tar_are_whole_names_where_a_text_has_the_same(tmp_path):
    path = tmp_path / "shots.tar"
    with tarfile.open(path, "w") as made:
        for at in range(3):
            for name, data in (
                (f"shot.{at}.png", drawn(at)),
                (f"shot.{at}.txt", b"take %c" % (97 + at)),
            ):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                made.addfile(member, io.BytesIO(data))
    found = read_pictures([path])
    assert pairs(found) == [(f"shot.{at}.png", f"take {'abc'[at]}") for at in range(3)]


@pytest.mark.parametrize("layout", ["{}/data-0.arrow", "data/{}-00000-of-00001.parquet"])
def test_shards_in_the_folder_of_a_split_or_named_for_one_say_the_split(tmp_path, layout):
    for split, n in (("train", 2), ("test", 1)):
        table = pa.table({"image": [drawn(at) for at in range(n)], "caption": ["a"] * n})
        path = tmp_path / layout.format(split)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            pq.write_table(table, path)
        else:
            with path.open("wb") as stream, pa.ipc.new_stream(stream, table.schema) as made:
                made.write_table(table)
    found = read_pictures([tmp_path])
    assert found.items["split"].tolist() == ["test", "train", "train"] * 2


def test_archives_below_class_folders_are_of_these_classes(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        archive_of(tmp_path / name / "all.zip", {"1.png": PNG})
    assert labels(read_pictures([tmp_path])) == ["cat", "dog"]


def test_of_a_tar_that_is_cut_off_the_beginning_is_read_and_it_is_said(tmp_path):
    whole = tmp_path / "whole.tar"
    with tarfile.open(whole, "w") as made:
        for at in range(3):
            member = tarfile.TarInfo(f"{at}.png")
            data = drawn(at) + bytes(4096)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole.read_bytes()[:12_000])
    found = read_pictures([cut])
    assert len(found.pictures) == 3
    assert "damaged" in found.refused[0]
    with pytest.raises(InvalidFile, match="cut off"):
        found.pictures[2].data()


def test_the_files_of_img2dataset_are_pairs_with_what_it_wrote_of_each(tmp_path):
    rows = [
        {"key": f"{at:09d}", "caption": f"web {at}", "url": f"http://x/{at}.jpg", "width": 3}
        for at in range(3)
    ]
    files = {"00000_stats.json": json.dumps({"count": 3, "status_dict": {"success": 3}})}
    for at, row in enumerate(rows):
        files |= {
            f"00000/{row['key']}.jpg": drawn(at, "JPEG"),
            f"00000/{row['key']}.txt": row["caption"],
            f"00000/{row['key']}.json": json.dumps(row),
        }
    written(tmp_path, files)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "00000.parquet")
    found = read_pictures([tmp_path])
    assert found.texts == ("web 0", "web 1", "web 2")
    assert found.items["width"].tolist() == [3] * 6
    assert not found.doubts
    assert not found.refused


@pytest.mark.parametrize("structure", [False, True], ids=["bytes", "Hugging Face"])
def test_pictures_inside_parquet_are_read_in_every_group_of_rows(tmp_path, structure):
    path = tmp_path / "train.parquet"
    data = [drawn(at) for at in range(3)]
    pictures = [{"bytes": one, "path": None} for one in data] if structure else data
    classes = {"info": {"features": {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}}}
    table = pa.table({"jpg": pictures, "caption": ["a", "b", "c"], "label": [0, 1, 1]})
    table = table.replace_schema_metadata({"huggingface": json.dumps(classes)})
    pq.write_table(table, path, row_group_size=2)
    assert holds_pictures(path)
    found = read_pictures([path])
    assert colors(found) == COLORS
    assert found.texts == ("a", "b", "c")
    assert labels(found)[:3] == ["cat", "dog", "dog"]


def test_a_dataset_that_was_saved_to_disk_is_read_and_a_selection_of_it_refused(tmp_path):
    table = pa.table({"image": [{"bytes": drawn(at), "path": None} for at in range(3)]})
    path = tmp_path / "data-00000-of-00001.arrow"
    with path.open("wb") as stream, pa.ipc.new_stream(stream, table.schema) as made:
        made.write_table(table, max_chunksize=2)
    written(tmp_path, {"state.json": '{"_data_files": []}', "dataset_info.json": "{}"})
    assert colors(read_pictures([tmp_path])) == COLORS
    written(tmp_path, {"state.json": '{"_indices_data_files": [{"filename": "indices.arrow"}]}'})
    with pytest.raises(InvalidFile, match="flatten_indices"):
        read_pictures([tmp_path])


def coco():
    images = [{"id": at, "file_name": f"{at}.png"} for at in range(3)]
    told = [{"id": n, "image_id": n % 3, "caption": f"coco {n}"} for n in range(6)]
    return json.dumps({"info": {}, "images": images, "annotations": told})


def karpathy():
    sentences = [{"raw": "one", "tokens": ["one"]}, {"raw": "two", "tokens": ["two"]}]
    images = [
        {"filename": f"{at}.png", "filepath": "val", "split": "val", "sentences": sentences}
        for at in range(3)
    ]
    return json.dumps({"images": images, "dataset": "flickr8k"})


def karpathy_csv():
    stream = io.StringIO()
    lines = csv.writer(stream)
    lines.writerow(["filename", "sentences", "split"])
    lines.writerows([[f"C:\\imgs\\{at}.png", str(["it's one", "two"]), "test"] for at in range(3)])
    return stream.getvalue()


TWICE = [(f"{at}.png", text) for at in range(3) for text in ("one", "two")]
CONVENTIONS = {
    "captions_val.json": (
        coco(), [(f"{at}.png", f"coco {at + n}") for at in range(3) for n in (0, 3)]
    ),
    "dataset_flickr8k.json": (karpathy(), TWICE),
    "karpathy.csv": (karpathy_csv(), [(f, t.replace("one", "it's one")) for f, t in TWICE]),
    "captions.txt": (
        "image,caption\n" + "".join(f'{f},"{t}"\n' for f, t in TWICE), TWICE
    ),
    "unquoted.csv": (
        "image,caption\n" + "".join(f"{f},{t}, and more\n" for f, t in TWICE),
        [(f, f"{t}, and more") for f, t in TWICE],
    ),
    "Flickr8k.token.txt": (
        "".join(f"{f}#{at % 2}\t{t}, \"so\n" for at, (f, t) in enumerate(TWICE)),
        [(f, f'{t}, "so') for f, t in TWICE],
    ),
    "results.csv": (
        "image_name| comment_number| comment\n"
        + "".join(f"{f}| {at % 2}| {t} .\n" for at, (f, t) in enumerate(TWICE)),
        [(f, f"{t} .") for f, t in TWICE],
    ),
    "bars.csv": (
        "image_name| comment_number| comment\n"
        + "".join(f"{f}| {at % 2}| {t} | so .\n" for at, (f, t) in enumerate(TWICE)),
        [(f, f"{t} | so .") for f, t in TWICE],
    ),
    "forgotten_bar.csv": (
        "image_name| comment_number| comment\n"
        + "".join(f"{f}| {at}{'   ' if at == 3 else '| '}{t}\n" for at, (f, t) in enumerate(TWICE)),
        TWICE,
    ),
    "blanks.txt": ("".join(f"{f} {t}, and more\n" for f, t in TWICE),
                   [(f, f"{t}, and more") for f, t in TWICE]),
    "results_20130124.token": (
        "".join(f"{f}#{at % 2}\t{t} .\n" for at, (f, t) in enumerate(TWICE)),
        [(f, f"{t} .") for f, t in TWICE],
    ),
    "metadata.jsonl": (
        "".join(json.dumps({"file_name": f"{at}.png", "text": "one"}) + "\n" for at in range(3)),
        TWICE[::2],
    ),
    "metadata.csv": (
        "file_name,text,n\n" + "".join(f"{f},{t},7\n" for f, t in TWICE[::2]), TWICE[::2]
    ),
    "pairs.csv": (
        "filepath\ttitle\n" + "".join(f"/data/train/{f}\t{t}\n" for f, t in TWICE[::2]), TWICE[::2]
    ),
    "by_name.json": (json.dumps({f"{at}.png": ["one", "two"] for at in range(3)}), TWICE),
}  # fmt: skip


@pytest.mark.parametrize("name", CONVENTIONS)
def test_captions_are_read_by_everybodys_convention(tmp_path, name):
    content, known = CONVENTIONS[name]
    found = read_pictures([written(tmp_path, {**THREE, name: content})])
    assert pairs(found) == known
    assert not found.doubts


def test_a_list_of_pictures_that_is_named_for_a_split_says_which_lie_in_it(tmp_path):
    lists = {"Flickr_8k.trainImages.txt": "0.png\n1.png\n", "Flickr_8k.devImages.txt": "2.png\n"}
    found = read_pictures([written(tmp_path, {**THREE, **lists})])
    assert found.items["split"].tolist() == ["train", "train", "dev"]
    assert not found.refused


def test_a_text_in_another_folder_is_a_caption_where_the_name_is_its_own(tmp_path):
    files = {f"images/{at}.png": drawn(at) for at in range(3)}
    files |= {"labels/0.txt": "a word", "labels/1.txt": "0 0.5 0.5 0.1 0.1"}  # a box of YOLO
    files |= {"labels/a/2.txt": "one", "labels/b/2.txt": "or the other"}
    found = read_pictures([written(tmp_path, files)])
    assert pairs(found) == [("images/0.png", "a word")]
    said = [one.split("'")[1].split("/")[-1] for one in found.refused]
    assert said == ["1.txt", "2.txt", "2.txt"]


def test_a_text_beside_each_picture_is_its_caption(tmp_path):
    beside = {f"{at}.txt": f"caption {at}\n" for at in range(3)}
    found = read_pictures([written(tmp_path, {**THREE, **beside, "README.txt": "hello"})])
    assert found.texts == ("caption 0", "caption 1", "caption 2")
    assert "README.txt" in found.refused[0]


@pytest.mark.parametrize(
    "said",
    ["Caf\u00e9/1.PNG", unicodedata.normalize("NFD", "caf\u00e9/1.png"), "caf\u00e9\\1.png",
     "./caf\u00e9/1.png", "caf\u00e9/1", "/home/me/all/caf\u00e9/1.jpeg", "1.png"],
)  # fmt: skip
def test_a_name_means_the_picture_that_it_means_to_a_reader(tmp_path, said):
    table = f"file,caption\n{said},here\n"
    files = {"caf\u00e9/1.png": PNG, "2.png": PNG, "captions.csv": table}
    assert pairs(read_pictures([written(tmp_path, files)])) == [("caf\u00e9/1.png", "here")]


def test_a_name_that_fits_several_pictures_is_said_to_be_ambiguous(tmp_path):
    files = {f"{folder}/1.png": PNG for folder in "abc"}
    table = "file,caption\n1.png,which?\nb/1.png,this\n"
    found = read_pictures([written(tmp_path, {**files, "captions.csv": table})])
    assert pairs(found) == [("b/1.png", "this")]
    assert "ambiguously: '1.png' (a/1.png, b/1.png, c/1.png)" in found.doubts[0]


def test_a_name_of_another_split_means_no_picture(tmp_path):
    files = {"val/1.png": PNG, "captions.csv": "file,caption\ntrain/1.png,another\n"}
    found = read_pictures([written(tmp_path, files)])
    assert not found.texts
    assert "cannot be found: 'train/1.png'" in found.doubts[0]


def test_captions_that_fit_no_picture_are_said_before_pictures_alone_are_encoded(tmp_path):
    files = {**THREE, "captions.csv": "file,caption\nelse.png,a bird\n"}
    assert "pictures alone" in read_pictures([written(tmp_path, files)]).doubts[-1]


def test_a_table_that_names_no_files_is_said_and_refuses_nothing(tmp_path):
    found = read_pictures([written(tmp_path, {**THREE, "captions.csv": "who,n\nx,1\n"})])
    assert len(found.pictures) == 3
    assert "a column 'file'" in found.doubts[0]


def test_columns_of_a_table_keep_their_names_whatever_they_are_called(tmp_path):
    table = "file,caption,modality,pair,tokens,picture\n0.png,one,mine,9,8,7\n"
    found = read_pictures([written(tmp_path, {**THREE, "captions.csv": table})])
    assert found.items["modality"].tolist()[0] == "mine"
    assert found.items[["pair", "tokens", "picture"]].iloc[0].tolist() == [9, 8, 7]
    assert found.items[found.roles["modality"]].tolist() == ["image"] * 3 + ["text"]
    assert found.items[found.roles["pair"]].tolist() == [0, 1, 2, 0]


def test_the_chosen_column_is_the_text_and_a_column_called_text_stays(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("name,label,text,modality\nann,x,a long one here,m\nbob,y,another one,m\n")
    assert text_columns(text_table(path))[0] == "text"
    found = read_texts(path, "name")
    assert found.texts == ("ann", "bob")
    assert found.roles["text"] == "name"
    assert found.items["text"].tolist() == ["a long one here", "another one"]
    assert found.items["modality"].tolist() == ["m", "m"]
    assert found.items[found.roles["modality"]].tolist() == ["text", "text"]


def test_metadata_in_the_folder_of_each_split_means_the_pictures_beside_it(tmp_path):
    table = "file_name,text\n1.png,{split} one\n2.png,{split} two\n"
    files = {f"{split}/{at}.png": PNG for split in ("train", "test") for at in (1, 2)}
    tables = {f"{split}/metadata.csv": table.format(split=split) for split in ("train", "test")}
    found = read_pictures([written(tmp_path, files | tables)])
    assert ("test/1.png", "test one") in pairs(found)
    assert ("train/2.png", "train two") in pairs(found)
    assert not found.doubts


@pytest.mark.parametrize(("suffix", "mark"), [("csv", ","), ("csv", "\t"), ("tsv", "\t")])
def test_a_table_without_a_header_loses_no_row(tmp_path, mark, suffix):
    lines = "".join(f"{at}.png{mark}a thing {at}\n" for at in range(3))
    found = read_pictures([written(tmp_path, {**THREE, f"captions.{suffix}": lines})])
    assert pairs(found) == [(f"{at}.png", f"a thing {at}") for at in range(3)]


def test_an_identifier_is_no_caption(tmp_path):
    rows = [{"id": f"x{at}", "image": f"{at}.png", "turns": [{"a": "b"}]} for at in range(3)]
    found = read_pictures([written(tmp_path, {**THREE, "chat.json": json.dumps(rows)})])
    assert not found.texts
    assert "'chat.json'" in found.doubts[0]


def test_rows_whose_picture_could_not_be_loaded_are_left_out_and_counted(tmp_path):
    told = {"key": ["a", "b", "c"], "caption": ["one", "two", "three"]}
    for name, rows in (("x.parquet", 1), ("y.parquet", 3)):
        table = pa.table({**told, "jpg": pa.array([PNG, None, PNG], pa.binary())})
        pq.write_table(table, tmp_path / name, row_group_size=rows)
        found = read_pictures([tmp_path / name])
        assert pairs(found) == [("a", "one"), ("c", "three")]
        assert [picture.data() for picture in found.pictures] == [PNG, PNG]
        assert f"1 row of '{name}' has no picture" in found.refused[0]


def test_what_img2dataset_could_not_load_is_not_missed(tmp_path):
    rows = pa.table({
        "url": ["u", "u"], "key": ["0", "none"], "status": ["success", "failed_to_download"],
        "caption": ["one", "two"],
    })  # fmt: skip
    written(tmp_path, {"0.png": PNG})
    pq.write_table(rows, tmp_path / "00000.parquet")
    found = read_pictures([tmp_path])
    assert pairs(found) == [("0.png", "one")]
    assert not found.doubts


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.heic"], "'a.heic' is a picture of a kind that is not read. Save it as JPEG or PNG."),
        (["a.HEIC", "b.heic"], "2 files are each a picture of a kind that is not read"),
        (["captions.xlsx"], "'captions.xlsx' is a spreadsheet. Save it as .csv."),
        (["more.7z"], "Unpack it, or pack it as .zip or .tar."),
    ],
)
def test_a_file_that_may_hold_pictures_or_captions_and_is_not_read_is_in_doubt(
    tmp_path, names, said
):
    found = read_pictures([written(tmp_path, {"1.png": PNG, **dict.fromkeys(names, b"x")})])
    assert said in found.doubts[0]


def test_an_archive_within_an_archive_says_how_to_get_at_it(tmp_path):
    inner = archive_of(tmp_path / "inner.zip", {"1.png": PNG})
    outer = archive_of(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})
    with pytest.raises(
        InvalidFile, match=r"no pictures\. 'inner.zip' is packed inside 'outer.zip'"
    ):
        read_pictures([outer])


def test_a_file_without_a_suffix_is_a_picture_by_what_it_holds(tmp_path):
    written(tmp_path, {"photo": PNG, "notes": b"nothing"})
    found = read_pictures([tmp_path / "photo", tmp_path / "notes"])
    assert [picture.name for picture in found.pictures] == ["photo"]
    assert "'notes' is no picture." in found.refused


def test_pipes_and_links_that_lead_nowhere_are_passed_over(tmp_path):
    written(tmp_path, {"1.png": PNG})
    (tmp_path / "2.png").symlink_to("/nowhere/at/all.png")
    os.mkfifo(tmp_path / "3.png")
    assert [picture.name for picture in read_pictures([tmp_path]).pictures] == ["1.png"]


def base64_of(at):
    return base64.b64encode(drawn(at)).decode()


SPELLED = {
    "plain.csv": "".join(["image,caption\n", *(f"{base64_of(at)},{at} a\n" for at in range(3))]),
    "uri.tsv": "".join([
        "caption\timage\n",
        *(f"{at} a\tdata:image/png;base64,{base64_of(at)}\n" for at in range(3)),
    ]),
    "lines.jsonl": "".join(
        json.dumps({"image_base64": base64_of(at), "caption": f"{at} a"}) + "\n" for at in range(3)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*SPELLED, "table.parquet"])
def test_pictures_in_base_64_are_pictures_with_their_captions(tmp_path, name):
    path = tmp_path / name
    if name in SPELLED:
        path.write_text(SPELLED[name])
    else:
        texts = [f"{at} a" for at in range(3)]
        pq.write_table(pa.table({"caption": texts, "b": [base64_of(at) for at in range(3)]}), path)
    assert holds_pictures(path)
    found = read_pictures([path])
    assert [decoded(one.data(), one.name).getpixel((0, 0)) for one in found.pictures] == [
        (at * 37, at * 91, 80) for at in range(3)
    ]
    assert found.texts == ("0 a", "1 a", "2 a")
    assert not found.doubts


def test_pictures_that_a_table_holds_beside_those_that_are_read_are_in_doubt(tmp_path):
    path = tmp_path / "two.parquet"
    pq.write_table(pa.table({"a": [PNG], "b": [PNG], "more": [[PNG, PNG]]}), path)
    first, second = read_pictures([path]).doubts
    assert "pictures in 'a' and in 'b': those of 'a' are read" in first
    assert "'more' of 'two.parquet' holds lists of pictures, which are not read" in second


def test_texts_beside_lists_of_pictures_are_encoded_alone_only_after_that_is_said(tmp_path):
    path = tmp_path / "lists.parquet"
    pq.write_table(pa.table({"images": [[PNG, PNG], [PNG]], "text": ["a", "b"]}), path)
    assert text_columns(text_table(path)) == ["text"]
    (doubt,) = read_texts(path, "text").doubts
    assert "'images' of 'lists.parquet' holds lists of pictures" in doubt


@pytest.mark.parametrize("structure", [True, False])
@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_pictures_are_found_behind_many_rows_without_one(tmp_path, suffix, structure):
    cells = [None] * 50 + [drawn(at) for at in range(3)]
    if structure:
        cells = [{"bytes": data, "path": None} for data in cells]
    path = tmp_path / f"late.{suffix}"
    table = pa.table({"image": cells, "n": range(53)})
    (pq.write_table if suffix == "parquet" else feather.write_feather)(table, path)
    found = read_pictures([path])
    assert [one.name for one in found.pictures] == ["image 50", "image 51", "image 52"]
    assert found.pictures[2].data() == drawn(2)


def test_a_row_of_a_table_is_called_by_its_own_number(tmp_path):
    path = tmp_path / "gap.parquet"
    pq.write_table(pa.table({"image": [PNG, None, drawn(2)]}), path)
    assert [one.name for one in read_pictures([path]).pictures] == ["image 0", "image 2"]


@pytest.mark.parametrize(
    ("name", "mode"), [("a.zip", "w:gz"), ("a.zip", "w"), ("a.tar.gz", "w"), ("a.tar", "w:xz")]
)
def test_an_archive_is_read_by_what_it_is_whatever_its_suffix(tmp_path, name, mode):
    with tarfile.open(tmp_path / name, mode) as made:
        for at in range(2):
            member = tarfile.TarInfo(f"{'ab'[at]}/{at}.png")
            member.size = len(drawn(at))
            made.addfile(member, io.BytesIO(drawn(at)))
    found = read_pictures([tmp_path / name])
    assert found.items["label"].tolist() == ["a", "b"]
    assert found.pictures[1].data() == drawn(1)


def test_a_zip_that_is_called_tar_is_read(tmp_path):
    assert len(read_pictures([archive_of(tmp_path / "a.tar", {"1.png": PNG})]).pictures) == 1


def test_an_empty_archive_is_said_to_be_empty(tmp_path):
    (tmp_path / "a.zip").touch()
    with pytest.raises(InvalidFile, match="it is empty"):
        read_pictures([tmp_path / "a.zip"])


@pytest.mark.parametrize("packed", [True, False])
def test_a_picture_without_a_suffix_is_one_in_folders_and_archives_too(tmp_path, packed):
    if packed:
        place = archive_of(tmp_path / "a.zip", {"x/0123": PNG, "x/LICENSE": b"words"})
    else:
        place = tmp_path / "all"
        place.mkdir()
        (place / "0123").write_bytes(PNG)
        (place / "LICENSE").write_text("words")
    found = read_pictures([place])
    assert [PurePosixPath(one.name).name for one in found.pictures] == ["0123"]
    assert "LICENSE" in found.refused[0]


def test_numbers_behind_the_names_of_pictures_are_classes(tmp_path):
    lines = "".join(f"{at}.png {at % 2}\n" for at in range(3))
    found = read_pictures([written(tmp_path, {**THREE, "val.txt": lines})])
    assert found.items["label"].tolist() == ["0", "1", "0"]
    assert not found.texts


def test_halves_of_characters_in_json_are_replaced_wherever_they_stand(tmp_path):
    beside = '{"caption": "\\ud800 a", "\\udfff": 1}'
    of_many = '[{"file": "1.png", "caption": "\\ud800 b"}]'
    found = read_pictures([written(tmp_path, {**THREE, "0.json": beside, "c.json": of_many})])
    assert found.texts == ("\ufffd a", "\ufffd b")
