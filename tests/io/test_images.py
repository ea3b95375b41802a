"""Pictures from strangers are brought to RGB, or refused by name."""

import io

import numpy as np
import pytest
from PIL import Image

from core.errors import InvalidFile
from core.io.images import THUMBNAIL, decoded, thumbnail


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
