"""What a file is that is no table of rows, told by its beginning.

People send what a portal gave them. "Missing column: npi" is no answer to a bundle
of FHIR or to a page that a site calls a spreadsheet.
"""

import re

LOOKED_AT = 1 << 16  # bytes
AS_TABLE = (
    "What is needed is a table: text with a header line (CSV, UTF-8), or a spreadsheet."
)
SAVE_AS_CSV = "Save it as CSV (UTF-8) and try again."
UNPACK = "Unpack it and try again."
MARKS = {
    b"\x1f\x8b": ("a compressed file (gzip)", UNPACK),
    b"BZh": ("a compressed file (bzip2)", UNPACK),
    b"\xfd7zXZ": ("a compressed file (xz)", UNPACK),
    b"\x28\xb5\x2f\xfd": ("a compressed file (zstd)", UNPACK),
    b"7z\xbc\xaf": ("an archive (7z)", UNPACK),
    b"Rar!": ("an archive (RAR)", UNPACK),
    b"PK\x05\x06": ("an archive (ZIP) with nothing in it", AS_TABLE),
    b"\xff\xfe": ("UTF-16 text", SAVE_AS_CSV),
    b"\xfe\xff": ("UTF-16 text", SAVE_AS_CSV),
    b"PAR1": ("a Parquet file", SAVE_AS_CSV),
    b"SQLite format 3": ("a database (SQLite)", SAVE_AS_CSV),
    b"%PDF": ("a PDF", AS_TABLE),
    b"{\\rtf": ("a text document (RTF)", AS_TABLE),
    b"\x89PNG": ("a picture", AS_TABLE),
    b"\xff\xd8\xff": ("a picture", AS_TABLE),
    b"GIF8": ("a picture", AS_TABLE),
    b"II*\0": ("a picture (TIFF, a fax perhaps)", AS_TABLE),
    b"MM\0*": ("a picture (TIFF, a fax perhaps)", AS_TABLE),
    b"MZ": ("a program", AS_TABLE),
    b"\x7fELF": ("a program", AS_TABLE),
}
PAGE = re.compile(r"<(!doctype html|html|head|body|table)\b", re.I)
MARKUP = re.compile(r"<(\?xml|!--|!doctype|[a-z][\w:.-]*\s+xmlns)", re.I)
ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
JSON = re.compile(r"""\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\})|\[\s*[{\[\]]""")
NEXT_LINE = re.compile(r"^\{.*\}\s*?\n\s*\{")
RESOURCE = re.compile(r'"resourceType"\s*:\s*"(\w{1,40})"')
MESSAGE = re.compile(r"(MSH|FHS|BHS)([^\w\s,])")
INTERCHANGE = re.compile(r"ISA([^\w\s,])")
TRANSACTIONS = {
    "270": "a question about benefits",
    "271": "benefits",
    "276": "a question about claims",
    "277": "the state of claims",
    "278": "authorizations",
    "834": "enrollment",
    "835": "payments",
    "837": "claims",
}


def problem_of(start: bytes) -> str:
    """What to say of a file that begins so and is no table; "" for one that may be."""
    name, advice = _marked(start) or (_written(start), AS_TABLE)
    return f"This is {name}. {advice}" if name else ""


def _marked(start):
    for mark, told in MARKS.items():
        # Two letters begin many a header; a program has bytes that no text has.
        if start.startswith(mark) and (mark != b"MZ" or b"\0" in start):
            return told
    if (
        len(start) >= 8
        and max(start[at::2].count(0) for at in (0, 1)) > len(start) // 3
    ):
        return "UTF-16 text", SAVE_AS_CSV
    return None


def _written(start):
    text = start[:LOOKED_AT].decode("utf-8-sig", errors="replace").lstrip()
    if JSON.match(text):
        return _json(text)
    if PAGE.match(text):
        return "a web page (HTML)"
    if MARKUP.match(text):
        return _markup(text)
    if found := INTERCHANGE.match(text):
        return _interchange(text, found[1])
    if found := MESSAGE.match(text):
        return _message(text, found[2])
    return ""


def _json(text):
    found = RESOURCE.search(text)
    if NEXT_LINE.match(text):
        return f"a list of {'FHIR' if found else 'JSON'} records (NDJSON)"
    return f"a FHIR {found[1]} (JSON)" if found else "a JSON file"


def _markup(text):
    root = ROOT.search(COMMENT.sub("", text))
    name = root[1] if root else ""
    if PAGE.match(f"<{name} "):
        return "a web page (HTML)"
    if name == "ClinicalDocument":
        return "a clinical document (C-CDA, XML)"
    if "http://hl7.org/fhir" in text and name:
        return f"a FHIR {name[:40]} (XML)"
    if name == "Workbook":
        return "a spreadsheet saved as XML"
    return "an XML file"


def _interchange(text, mark):
    found = re.search(rf"\bST{re.escape(mark)}(\d{{3}})\b", text)
    if not found:
        return "an EDI file (X12)"
    told = ", ".join(filter(None, (found[1], TRANSACTIONS.get(found[1]))))
    return f"an EDI file (X12 {told})"


def _message(text, mark):
    header = text[max(text.find("MSH"), 0) :]
    parts = re.split(r"[\r\n]", header, maxsplit=1)[0].split(mark)
    kind = "^".join(re.findall(r"[A-Z0-9]{2,8}", parts[8])[:2]) if parts[8:] else ""
    return f"an HL7 v2 message ({kind})" if kind else "an HL7 v2 message"
