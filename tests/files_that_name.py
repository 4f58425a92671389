"""Files in which a person is named: where a reader sees it, and where none looks."""

import io
import zipfile

from PIL import Image, PngImagePlugin

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
XMP = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><creator>{}</creator></x:xmpmeta>"


def packed(**files):
    """A ZIP; `word__document_xml` is word/document.xml."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            folder, _, file = name.rpartition("__")
            name, _, suffix = file.rpartition("_")
            archive.writestr(f"{folder.replace('__', '/')}/{name}.{suffix}".lstrip("/"), content)
    return stream.getvalue()


def docx(body="A walk", author="", comment_by="", header="", **more):
    return packed(
        word__document_xml=f"<w:document {W}><w:p>{body}</w:p></w:document>",
        word__header1_xml=f"<w:hdr {W}><w:p><w:t>{header}</w:t></w:p></w:hdr>",
        word__comments_xml=f'<w:comments {W}><w:comment w:author="{comment_by}"/></w:comments>',
        docProps__core_xml=f"<p:core xmlns:p='x' {DC}><dc:creator>{author}</dc:creator></p:core>",
        **more,
    )


def pdf(text="A walk", author="", note="", attached=b"", xmp="", password=""):
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import FreeText

    from .test_search import pdf as plain_pdf

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(plain_pdf(text))))
    if author:
        writer.add_metadata({"/Author": author})
    if note:
        writer.add_annotation(0, FreeText(text=note, rect=(0, 0, 50, 50)))
    if attached:
        writer.add_attachment("attached.docx", attached)
    if xmp:
        writer.xmp_metadata = XMP.format(xmp).encode()
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def picture(kind="JPEG", name=""):
    """With the name in each place that its kind has for words."""
    image, stream, more = Image.new("RGB", (64, 48), "teal"), io.BytesIO(), {}
    exif = Image.Exif()
    exif[0x013B] = name  # its artist
    if kind == "JPEG":
        more = {"comment": name.encode(), "xmp": XMP.format(name).encode()}
    elif kind == "WEBP":
        more = {"xmp": XMP.format(name).encode()}
    else:
        said = PngImagePlugin.PngInfo()
        said.add_text("Author", name)
        said.add_itxt("XML:com.adobe.xmp", XMP.format(name), zip=True)
        more = {"pnginfo": said}
    image.save(stream, kind, exif=exif, **more)
    content = stream.getvalue()
    if kind == "JPEG":  # and as newspapers write it: IPTC
        byline = name.encode()
        record = b"\x1c\x02\x50" + len(byline).to_bytes(2) + byline
        record += b"\0" * (len(record) % 2)
        said = b"Photoshop 3.0\08BIM\x04\x04\0\0" + len(record).to_bytes(4) + record
        content = content[:2] + b"\xff\xed" + (len(said) + 2).to_bytes(2) + said + content[2:]
    return content


def video(name=""):
    said = name.encode()
    data = (len(said) + 16).to_bytes(4) + b"data\0\0\0\1\0\0\0\0" + said
    about = (len(data) + 8).to_bytes(4) + b"\xa9ART" + data
    head = b"\0\0\0\x18ftypisom\0\0\0\0isommp42"
    return head + (len(about) + 8).to_bytes(4) + b"udta" + about + b"\0\0\0\x10mdat" + b"x" * 8


def captions(name=""):
    return f"WEBVTT\n\n00:00.000 --> 00:02.000\n{name} walks\n".encode()
