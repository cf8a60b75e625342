import base64
import html
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.escape import (
    POLICY_SLOT,
    escape_text,
    pack,
    pack_bytes,
    seal,
    to_json,
    unpack,
    unpack_bytes,
)

DANGEROUS = "&<>\"'`${}\\"


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=60))
def test_escaped_text_reads_as_it_was_and_holds_no_dangerous_sign(text: str) -> None:
    escaped = escape_text(text)
    assert html.unescape(escaped) == text
    bare = escaped.replace("&#", "")
    assert not set(bare) & set(DANGEROUS)


def test_escape_text_writes_decimal_references() -> None:
    assert escape_text("`${a}`") == "&#96;&#36;&#123;a&#125;&#96;"
    assert escape_text("幸福里 <b>") == "幸福里 &#60;b&#62;"


def test_control_characters_and_lone_surrogates_become_a_visible_sign() -> None:
    assert escape_text("a\x00b\ud800c") == "a\ufffdb\ufffdc"


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=60))
def test_json_holds_no_sign_that_could_leave_a_script(text: str) -> None:
    written = to_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set(written) & set("<>&'`$\u2028\u2029")


def test_json_refuses_numbers_that_are_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json([float("nan")])


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_packed_bytes_come_back_in_signs_that_mean_nothing(content: bytes) -> None:
    packed = pack_bytes(content)
    assert unpack_bytes(packed) == content
    assert packed.isascii()
    assert packed.isprintable()
    assert not set(packed) & set("<&\"'`${}\\ ")


def test_packed_text_is_shorter_than_in_base64() -> None:
    text = "".join(f"</script>幸福里{number * 7919 % 10007}" for number in range(500))
    packed = pack(text)
    assert unpack(packed) == text
    assert len(packed) < 0.95 * len(base64.b64encode(zlib.compress(text.encode(), 9)))


def test_seal_lists_the_hash_of_each_script_and_of_nothing_else() -> None:
    page = (
        f'<meta content="{POLICY_SLOT}"><script>let a = 1;</script>'
        '<script type="text/plain" id="d">abc</script><script>let b = 2;</script>'
    )
    sealed = seal(page)
    assert sealed.count("'sha256-") == 2
    assert "unsafe-eval" not in sealed
    assert "script-src 'unsafe-inline'" not in sealed
    # openssl dgst -sha256 -binary | base64 of "let a = 1;"
    assert "'sha256-" + _digest("let a = 1;") + "'" in sealed


def _digest(text: str) -> str:
    import base64  # noqa: PLC0415  only this check recomputes the hash by hand
    import hashlib  # noqa: PLC0415

    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_seal_refuses_a_page_without_its_slot() -> None:
    with pytest.raises(ValueError, match="found 0"):
        seal("<html></html>")
