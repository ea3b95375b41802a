"""What Streamlit runs for every visitor. Started by the command ``explorer``."""

from explorer.shell.ahead import the_page

if __name__ == "__main__":  # as Streamlit runs it; who imports it draws nothing
    the_page().draw()
