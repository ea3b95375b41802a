"""Pictures from strangers are brought to RGB, or refused by name."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.errors import InvalidFile
from core.io.images import THUMBNAIL, decoded, has_parts, thumbnail
from explorer.items.rows import picture


def stored(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_rotation_in_exif_is_applied():
    image = Image.new("RGB", (4, 2), "red")
    exif = image.getexif()
    exif[0x0112] = 6
    assert decoded(stored(image, "JPEG", exif=exif), "r.jpg").size == (2, 4)


def test_cmyk_becomes_rgb():
    image = decoded(stored(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG"), "c.jpg")
    assert image.mode == "RGB"
    red, green, blue = image.getpixel((0, 0))
    assert red > 200
    assert max(green, blue) < 100


def test_sixteen_bits_keep_their_gray():
    values = np.full((4, 4), 65535 // 2, np.uint16)
    image = decoded(stored(Image.fromarray(values)), "deep.png")
    assert image.getpixel((0, 0)) == (127, 127, 127)


def test_floating_point_spans_its_range():
    image = decoded(stored(Image.fromarray(np.float32([[-1, 0, 1]])), "TIFF"), "f.tif")
    assert [image.getpixel((x, 0))[0] for x in range(3)] == [0, 128, 255]


def test_transparency_lies_on_white():
    assert decoded(stored(Image.new("RGBA", (2, 2), (0, 0, 0, 0))), "t.png").getpixel((0, 0)) == (
        255, 255, 255,
    )  # fmt: skip


def test_an_animation_is_its_first_frame():
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    data = stored(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decoded(data, "a.gif").getpixel((0, 0))[0] > 200


def test_the_contents_count_and_not_the_suffix():
    assert decoded(stored(Image.new("RGB", (3, 3)), "WEBP"), "wrong.jpg").size == (3, 3)


@pytest.mark.parametrize("data", [b"", b"<html>", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_what_is_no_picture_is_refused_by_name(data):
    with pytest.raises(InvalidFile, match=r"'odd\.png'"):
        decoded(data, "odd.png")


def test_a_truncated_picture_is_refused():
    data = stored(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)))
    with pytest.raises(InvalidFile, match="damaged"):
        decoded(data[: len(data) // 2], "half.png")


def test_a_huge_picture_is_refused_before_it_is_decoded():
    with pytest.raises(InvalidFile, match="pixels"):
        decoded(stored(Image.new("1", (20_000, 10_000))), "huge.png")


@pytest.mark.parametrize("side", [10, 500])
def test_a_thumbnail_is_small(side):
    small = Image.open(io.BytesIO(thumbnail(Image.new("RGB", (side, side), "teal"))))
    assert max(small.size) == min(side, THUMBNAIL)


def test_a_picture_of_a_table_that_would_run_a_program_is_none():
    assert picture(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n") is None


def test_a_damaged_picture_of_a_table_is_none(rng):
    whole = stored(Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)), "AVIF")
    for place in range(0, len(whole), 97):
        cut = bytearray(whole)
        cut[place] ^= 0xFF
        assert picture(bytes(cut)) is None or picture(bytes(cut)).startswith("data:image/")
    assert picture(whole[: len(whole) // 2]) is None


@pytest.mark.slow
def test_a_small_file_of_many_pixels_is_no_picture():
    bomb = stored(Image.new("1", (40_000, 40_000)))
    assert len(bomb) < 1_000_000
    assert picture(bomb) is None


def test_numbers_take_more_memory_than_colors():
    side = 5_000
    assert decoded(stored(Image.new("L", (side, side))), "gray.png").size == (side, side)
    with pytest.raises(InvalidFile, match="pixels"):
        decoded(stored(Image.new("I;16", (side, side))), "deep.png")


def test_a_picture_of_a_table_is_a_thumbnail_or_itself_where_it_is_small():
    small = stored(Image.new("RGB", (20, 10)))
    assert base64.b64decode(picture(small).removeprefix("data:image/png;base64,")) == small
    wide = base64.b64decode(picture(stored(Image.new("RGB", (900, 10)))).partition(",")[2])
    assert Image.open(io.BytesIO(wide)).width == THUMBNAIL


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG", "AVIF"])
def test_pages_and_frames_after_the_first_are_known(kind):
    one, *others = (Image.new("RGB", (4, 4), (60 * at, 0, 0)) for at in range(3))
    assert has_parts(stored(one, kind, save_all=True, append_images=others), "a")
    assert not has_parts(stored(one, kind), "a")


def test_a_picture_that_is_too_large_says_how_large_it_may_be():
    with pytest.raises(InvalidFile, match="it has 200,000,000 pixels, more than 67,108,864"):
        decoded(stored(Image.new("1", (20_000, 10_000))), "huge.png")
