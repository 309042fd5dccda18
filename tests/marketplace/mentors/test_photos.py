"""A photo is ours after it was sent: nothing hostile gets in, nothing private stays in, and few may see it."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace.mentors.models import Card, Photo
from marketplace.mentors.photos import SIDE, UnusablePhoto, encode_photo
from marketplace.requests.models import MentoringRequest, RequestState
from tenants.shared.database import new_id
from tests.factories import NOW, publish


def picture(size=(900, 600), kind="JPEG", mode="RGB", **options):
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def claims_to_be(width: int, height: int) -> bytes:
    """A PNG whose header promises more than is there."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


def text_bomb() -> bytes:
    buffer = picture((200, 200), "PNG")
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 80_000_000))
    return buffer[:33] + bomb + buffer[33:]


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="file:///etc/passwd"/></svg>"""

HOSTILE = {
    "nothing": (b"", "Choose a picture"),
    "svg": (SVG, "not a picture"),
    "page named jpg": (b"<!doctype html><script>alert(1)</script>", "not a picture"),
    "script behind a gif's head": (b"GIF89a=1;alert(1)", "not a picture"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "not a picture"),
    "tiff": (picture((300, 300), "TIFF"), "not a picture"),
    "truncated": (picture()[:9000], "damaged"),
    "forty megapixels": (claims_to_be(8000, 5000), "32 million"),
    "pixel bomb": (claims_to_be(60000, 60000), "32 million"),
    "negative header": (claims_to_be(0, 4000), "picture"),
    "text bomb": (text_bomb(), "picture"),
    "moving gif": (animated("GIF"), "moves"),
    "moving png": (animated("PNG"), "moves"),
    "moving webp": (animated("WEBP"), "moves"),
    "tiny": (picture((20, 20), "PNG"), "too small"),
    "too heavy": (b"\xff\xd8" + b"\0" * (10 * 1024 * 1024), "10 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_useless_file_is_refused_with_a_sentence(name, app):
    data, words = HOSTILE[name]
    with app.test_request_context("/"), pytest.raises(UnusablePhoto, match=words):
        encode_photo(data)


def test_a_refused_file_leaves_the_page_and_the_old_photo_as_they_were(cast, sign_in, operator):
    client = sign_in(cast.max)
    client.post("/globex/profile/photo", data={"photo": (io.BytesIO(picture()), "me.jpg")})
    before = operator.scalar(sa.select(Photo.fingerprint))
    answer = client.post("/globex/profile/photo", data={"photo": (io.BytesIO(SVG), "me.jpg")})
    assert answer.status_code == 422
    assert "This is not a picture we can read" in answer.text
    assert "I am Max and I like short questions." in answer.text
    operator.expire_all()
    assert operator.scalar(sa.select(Photo.fingerprint)) == before


def test_where_and_with_what_a_photo_was_taken_is_not_kept():
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[1] = "N"
    encoded = encode_photo(picture(exif=exif, comment=b"secret"))
    for content in (encoded.content, encoded.small):
        assert b"ecret" not in content
        kept = Image.open(io.BytesIO(content))
        assert not kept.getexif()
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(kept.info)


def test_a_photo_taken_sideways_stands_upright_and_is_square():
    wide = Image.new("RGB", (800, 800), "blue")
    wide.paste("red", (0, 0, 800, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the top of the file is the right of the scene
    buffer = io.BytesIO()
    wide.save(buffer, "JPEG", exif=exif)
    upright = Image.open(io.BytesIO(encode_photo(buffer.getvalue()).content))
    assert upright.size == (SIDE, SIDE)
    right, left = upright.getpixel((SIDE - 20, SIDE // 2)), upright.getpixel((20, SIDE // 2))
    assert right[0] > 180 > right[2]
    assert left[2] > 180 > left[0]


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("WEBP", "RGBA"),
        ("GIF", "P"),
    ],
)
def test_every_kind_of_still_picture_becomes_one_of_ours(kind, mode):
    encoded = encode_photo(picture((400, 300), kind, mode))
    assert Image.open(io.BytesIO(encoded.content)).size == (300, 300)
    assert Image.open(io.BytesIO(encoded.small)).size == (160, 160)


def photo_urls(sign_in, operator, actor):
    sign_in(actor).post(f"/{actor.slug}/profile/photo", data={"photo": (io.BytesIO(picture()), "me.jpg")})
    operator.expire_all()
    fingerprint = operator.scalar(sa.select(Photo.fingerprint).where(Photo.person_id == actor.person_id))
    return [f"profile/photo/{actor.person_id}/{fingerprint}{size}" for size in ("", "/small")]


def test_only_those_who_may_see_the_person_see_the_photo(app, cast, sign_in, operator, anonymous):
    urls = photo_urls(sign_in, operator, cast.max)
    publish(app, cast.max)
    for url in urls:
        answer = sign_in(cast.mia).get(f"/acme/{url}")
        assert answer.status_code == 200
        assert answer.mimetype == "image/webp"
        assert answer.headers["Cache-Control"].startswith("private")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert sign_in(cast.max).get(f"/globex/{url}").status_code == 200
        assert sign_in(cast.ida).get(f"/initech/{url}").status_code == 404
        assert sign_in(cast.gus).get(f"/globex/{url}").status_code == 404
        assert sign_in(cast.mia).get(f"/acme/{url}".replace(str(cast.max.person_id), "7")).status_code == 404
        assert anonymous.get(f"/acme/{url}").status_code == 303
    sign_in(cast.max).post("/globex/profile/pause")
    assert all(sign_in(cast.mia).get(f"/acme/{url}").status_code == 404 for url in urls)


def test_the_two_of_a_request_see_each_other_s_photo_once_it_is_sent(app, cast, sign_in, operator):
    publish(app, cast.max)
    url = photo_urls(sign_in, operator, cast.mia)[0]
    row = MentoringRequest(
        org_id=cast.mia.org_id,
        id=new_id(),
        mentee_id=cast.mia.affiliation_id,
        mentee_person_id=cast.mia.person_id,
        mentor_org_id=cast.max.org_id,
        mentor_id=cast.max.mentor_id,
        mentor_person_id=cast.max.person_id,
        state=RequestState.draft,
        created_at=NOW,
        updated_at=NOW,
    )
    operator.add(row)
    operator.commit()
    assert sign_in(cast.max).get(f"/globex/{url}").status_code == 404
    row.state, row.sent_at = RequestState.sent, NOW
    operator.commit()
    assert sign_in(cast.max).get(f"/globex/{url}").status_code == 200
    assert sign_in(cast.gil).get(f"/globex/{url}").status_code == 404


def test_a_new_photo_and_its_removal_reach_the_card_at_once(app, cast, sign_in, operator):
    publish(app, cast.max)
    photo_urls(sign_in, operator, cast.max)
    assert operator.scalar(sa.select(Card.photo)) == operator.scalar(sa.select(Photo.fingerprint))
    sign_in(cast.max).post("/globex/profile/photo/removal")
    operator.expire_all()
    assert operator.scalar(sa.select(Card.photo)) is None
    assert operator.scalar(sa.select(sa.func.count()).select_from(Photo)) == 0


def test_the_address_of_a_photo_is_the_one_the_pages_write(app, cast):
    from flask import url_for

    from marketplace.mentors.faces import photo_url

    with app.test_request_context("/acme/"):
        for size, small in (("large", False), ("small", True)):
            address = url_for("mentors.photo", organisation="acme", person_id=5, fingerprint="ab", size=size)
            assert address == photo_url("acme", 5, "ab", small=small)
