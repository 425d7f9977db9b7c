"""What of tshark's output counts as readable, and what as hidden."""

from devopssim.livelab.parts import Capture

PLAIN = (
    "0.000000\tTCP\t\t53082 → 5000 [SYN] Seq=0\n"
    "0.000200\tTLSv1.2\t\tClient Hello (SNI=localhost)\n"
    "0.003551\tHTTP\t\tHTTP/1.1 400 Bad Request  (text/plain)\n"
    "0.118863\tHTTP\tstudent:a'b\"c\tGET /v2/ HTTP/1.1 \n"
    "0.218863\tHTTP\tstudent:a'b\"c\tGET /v2/ HTTP/1.1 \n"
)
"""An engine tries TLS first; the registry of this one speaks plain HTTP."""


def captured(lines: str) -> Capture:
    capture = Capture()
    capture.read(lines)
    return capture


def test_a_password_in_clear_text_is_read_once_whatever_its_characters() -> None:
    capture = captured(PLAIN)
    assert capture.credentials == ["student:a'b\"c"]
    assert capture.packets.columns.tolist() == ["seconds", "protocol", "text"]
    assert capture.packets["protocol"].tolist() == ["TCP", "TLSv1.2", "HTTP", "HTTP", "HTTP"]


def test_an_attempt_at_tls_hides_nothing() -> None:
    assert not captured(PLAIN).encrypted


def test_tls_hides_the_content() -> None:
    capture = captured("0.1\tTLSv1.3\t\tServer Hello, Change Cipher Spec, Application Data\n0.2\tTCP\t\t[ACK]\n")
    assert (capture.encrypted, capture.credentials) == (True, [])


def test_silence_has_neither() -> None:
    capture = captured("")
    assert (len(capture.packets), capture.credentials, capture.encrypted) == (0, [], False)
