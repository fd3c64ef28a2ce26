"""Says inside a generated picture that and how it was made: XMP, and in PNG also text chunks (G4).

The vocabulary is IPTC's (Photo Metadata Standard 2025.1: digital source type, AI prompt, AI system); what it has no
word for stands in a namespace of our own. Pixels are not touched.
"""

import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from aura.providers.containers import media_type_of, read_xmp, write_xmp

MOST_TEXT = 8_000
"""Characters of a prompt that go into the file."""
MOST_NAME = 300
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SPACES = {
    "aura": "urn:x-aura:provenance:1",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
# What XML 1.0 (§2.2) has no way to write.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
INSTEAD = "�"
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" {spaces}>
{properties}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a picture was made. ``made_at`` has a zone. ``placeholder``: drawn by rules, no model saw the prompt.

    ``edited``: made from another picture. ``software`` is what wrote the file.
    """

    provider: str
    model: str
    prompt: str
    seed: int | None
    made_at: datetime
    software: str = "Aura"
    placeholder: bool = False
    edited: bool = False

    @property
    def source_type(self) -> str:
        """IPTC's digital source type, as a URI."""
        if self.placeholder:
            return SOURCE + "algorithmicMedia"
        return SOURCE + ("compositeWithTrainedAlgorithmicMedia" if self.edited else "trainedAlgorithmicMedia")


def embed(data: bytes, media_type: str, provenance: Provenance) -> bytes:
    """The same picture with its provenance in it; earlier XMP is replaced.

    A prompt of more than 8000 characters is cut, characters that XML cannot hold become ``�``.
    Raises ValueError where ``data`` is no whole file of ``media_type`` (JPEG, PNG or WebP).
    """
    if media_type_of(data) != media_type:
        raise ValueError(f"This is no file of type {media_type}.")
    return write_xmp(data, _packet(provenance).encode(), _texts(provenance))


def read(data: bytes) -> Provenance | None:
    """What :func:`embed` wrote, or None where a file says nothing, or something else."""
    try:
        packet = read_xmp(data)
        # Our packets have no DTD; in others it could only do harm.
        if packet is None or b"<!" in packet:
            return None
        return _parsed(ElementTree.fromstring(packet))  # noqa: S314
    except (ValueError, ElementTree.ParseError, LookupError, OverflowError):
        return None


def _clean(text: str, most: int) -> str:
    return UNWRITABLE.sub(INSTEAD, text[:most])


def _own(provenance: Provenance) -> dict[str, str]:
    """Every field as text, for the way back."""
    values = {one.name: getattr(provenance, one.name) for one in fields(provenance)}
    values["made_at"] = provenance.made_at.astimezone(UTC).isoformat()
    most = {"prompt": MOST_TEXT}
    return {name: _clean(str(one), most.get(name, MOST_NAME)) for name, one in values.items() if one is not None}


def _packet(provenance: Provenance) -> str:
    own = _own(provenance)
    system = f"{own['provider']}: {own['model']}" if own["model"] else own["provider"]
    simple = {
        "xmp:CreateDate": own["made_at"],
        "xmp:CreatorTool": own["software"],
        "Iptc4xmpExt:DigitalSourceType": provenance.source_type,
        "Iptc4xmpExt:AISystemUsed": system,
        **{f"aura:{name}": value for name, value in own.items() if name != "prompt"},
    }
    lines = [f"<{name}>{_escaped(value)}</{name}>" for name, value in simple.items()]
    prompt = _escaped(own["prompt"])
    # Once only: a JPEG segment has room for 64 KB. Programs that know no AI fields show the description.
    lines.append(f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt></dc:description>')
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in SPACES.items() if name != "rdf")
    return PACKET.format(rdf=SPACES["rdf"], spaces=spaces, properties="\n".join(lines))


def _escaped(text: str) -> str:
    # A bare carriage return would be read as a line feed.
    return escape(text, {"\r": "&#13;"})


def _texts(provenance: Provenance) -> dict[str, str]:
    """PNG's own keywords (§11.3.3.2 and the registered extensions)."""
    own = _own(provenance)
    return {
        "Description": own["prompt"],
        "Software": own["software"],
        "Source": f"{own['provider']}: {own['model']}",
        "Creation Time": format_datetime(provenance.made_at.astimezone(UTC), usegmt=True),
        "Comment": f"{provenance.source_type} seed {own.get('seed', 'unknown')}",
    }


def _parsed(root: ElementTree.Element) -> Provenance | None:
    found = root.find(f".//{{{SPACES['rdf']}}}Description")
    if found is None or found.find("aura:provider", SPACES) is None:
        return None

    def text(name: str) -> str:
        return found.findtext(name, "", SPACES)

    seed = text("aura:seed")
    return Provenance(
        provider=text("aura:provider"),
        model=text("aura:model"),
        prompt=text("dc:description/rdf:Alt/rdf:li"),
        seed=int(seed) if seed else None,
        made_at=datetime.fromisoformat(text("aura:made_at")),
        software=text("aura:software"),
        placeholder=text("aura:placeholder") == "True",
        edited=text("aura:edited") == "True",
    )
