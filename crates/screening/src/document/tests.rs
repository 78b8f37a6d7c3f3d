//! Documents of every kind with one statement in them, documents that cannot be read, and bytes
//! that were never a document.

use super::*;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write as _;

const TOLD: &str = "I have been diabetic since 1999.";

#[track_caller]
fn tells(bytes: &[u8]) -> Reading {
    let reading = read_document(bytes);
    let found = crate::screen(&reading.text);
    assert_eq!(found.len(), 1, "{reading:?}");
    assert_eq!(reading.unread, None);
    reading
}

#[track_caller]
fn unread(bytes: &[u8], why: Unread) {
    assert_eq!(read_document(bytes).unread, Some(why));
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip file with deflated members; `flags` stand with each.
fn zip(members: &[(&str, &[u8])], flags: u16) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let packed = deflate(content);
        let packed_size = u32::try_from(packed.len()).unwrap().to_le_bytes();
        let name_size = u16::try_from(name.len()).unwrap().to_le_bytes();
        let at = u32::try_from(file.len()).unwrap().to_le_bytes();
        let mut common = vec![20, 0];
        common.extend(flags.to_le_bytes());
        common.extend([8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        common.extend(packed_size);
        // The size it claims to have is a lie.
        common.extend([1, 0, 0, 0]);
        common.extend(name_size);
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at);
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(file.len()).unwrap().to_le_bytes();
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count, count].concat());
    file.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    file.extend(start);
    file.extend([0, 0]);
    file
}

fn office(part: &str, xml: &str) -> Vec<u8> {
    zip(
        &[("[Content_Types].xml", b"<Types/>"), (part, xml.as_bytes())],
        0,
    )
}

/// A PDF file with one page, showing what the operators show.
fn pdf(content: &str, more: &str) -> Vec<u8> {
    let packed = zlib(content.as_bytes());
    let mut file = format!(
        "%PDF-1.7\n1 0 obj\n<< /Type /Page /Contents 2 0 R /Resources << /Font << /F1 3 0 R >> >> \
         >>\nendobj\n{more}\n2 0 obj\n<< /Filter /FlateDecode /Length {} >>\nstream\n",
        packed.len()
    )
    .into_bytes();
    file.extend(packed);
    file.extend(b"\nendstream\nendobj\ntrailer << /Root 9 0 R >>\n%%EOF\n");
    file
}

#[test]
fn plain_text_is_read_in_every_encoding() {
    tells(TOLD.as_bytes());
    tells(&[b"\xef\xbb\xbf", TOLD.as_bytes()].concat());
    let wide: Vec<u8> = TOLD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    tells(&wide);
    tells(&[b"\xff\xfe", &*wide].concat());
    tells(b"Je suis diab\xe9tique depuis 1999.");
}

#[test]
fn markup_is_read_without_its_tags() {
    tells(b"<html><body><p>I have been <b>dia</b>betic&nbsp;since 1999.</p></body></html>");
    tells("<div>Je suis diab&eacute;tique depuis 1999.</div>".as_bytes());
    tells(b"<p>Hello</p><!-- I have been diabetic since 1999. -->");
    tells(b"{\\rtf1{\\fonttbl Arial;}\\b I have been \\b0 dia{\\i betic} since 1999.\\par}");
    tells("{\\rtf1 Je suis diab\\'e9tique.}".as_bytes());
    tells("{\\rtf1 Je suis diab\\u233?tique.}".as_bytes());
    let reading = read_document(b"<script>i have been diabetic</script><p>a &lt; b &#x41;</p>");
    assert_eq!(reading.text.trim(), "a < b A");
}

#[test]
fn office_documents_are_read() {
    let split = "<w:p><w:r><w:t>I have been dia</w:t></w:r><w:r><w:rPr/><w:t>betic</w:t></w:r>\
                 <w:r><w:t xml:space=\"preserve\"> since 1999.</w:t></w:r></w:p>";
    tells(&office("word/document.xml", split));
    tells(&office(
        "xl/sharedStrings.xml",
        &format!("<sst><si><t>{TOLD}</t></si></sst>"),
    ));
    tells(&office(
        "ppt/slides/slide1.xml",
        &format!("<a:p><a:t>{TOLD}</a:t></a:p>"),
    ));
    let open = format!("<text:p>{TOLD}</text:p>");
    let open = zip(&[("mimetype", b""), ("content.xml", open.as_bytes())], 0);
    tells(&open);
    let within = office("word/document.xml", split);
    tells(&zip(&[("letters/one.docx", &within)], 0));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&within).unwrap();
    tells(&encoder.finish().unwrap());
}

#[test]
fn pages_are_read() {
    let shows = [
        "BT /F1 12 Tf (I have been diabetic since 1999.) Tj ET",
        "BT /F1 12 Tf [(I ha) 20 (ve been) -300 (dia) 15 (betic) -300 (since 1999.)] TJ ET",
        "BT /F1 12 Tf (I have been) Tj 0 -14 Td (dia\\142etic since 1999.) Tj ET",
        "BT /F1 12 Tf <492068617665206265656e20> Tj (diabetic since 1999.) ' ET",
    ];
    for content in shows {
        tells(&pdf(content, ""));
    }
}

#[test]
fn codes_are_read_with_the_fonts_table() {
    let table = "beginbfchar <0001> <0049> <0002> <0020> endbfchar \
                 beginbfrange <0010> <0029> <0061> endbfrange";
    let font = format!(
        "3 0 obj << /Type /Font /Subtype /Type0 /ToUnicode 4 0 R >> endobj\n\
         4 0 obj << /Length {} >> stream\n{table}\nendstream endobj",
        table.len()
    );
    let coded: String = "i am diabetic"
        .chars()
        .map(|it| match it {
            ' ' => "0002".to_owned(),
            it => format!("{:04x}", u32::from(it) - u32::from('a') + 0x10),
        })
        .collect();
    let content = format!("BT /F1 12 Tf <{coded}> Tj ET");
    tells(&pdf(&content, &font));
    let nameless = "3 0 obj << /Type /Font /Subtype /Type0 >> endobj";
    unread(&pdf(&content, nameless), Unread::NoText);
}

#[test]
fn what_stands_beside_the_pages_is_read() {
    let page = "BT (Hello there, here is the plan.) Tj ET";
    tells(&pdf(
        page,
        &format!("5 0 obj << /Subtype /Text /Contents ({TOLD}) >> endobj"),
    ));
    let packed = zlib(format!("7 0 << /Title ({TOLD}) >>").as_bytes());
    let mut file = format!(
        "%PDF-1.5\n6 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {} >>\
         stream\n",
        packed.len()
    )
    .into_bytes();
    file.extend(packed);
    file.extend(b"\nendstream endobj\n");
    file.extend(pdf(page, ""));
    tells(&file);
}

#[test]
fn older_office_files_are_read_in_runs() {
    let mut file = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    file.extend([0; 64]);
    file.extend(TOLD.as_bytes());
    file.extend([0; 64]);
    tells(&file);
}

#[test]
fn what_cannot_be_read_is_told_apart() {
    unread(&pdf("q 1 0 0 1 0 0 cm /Im1 Do Q", ""), Unread::NoText);
    let sealed = "5 0 obj << /Filter /Standard >> endobj trailer << /Encrypt 5 0 R >>";
    unread(&pdf("BT (x) Tj ET", sealed), Unread::Encrypted);
    unread(&zip(&[("a.txt", b"text")], 1), Unread::Encrypted);
    let mut wrapped = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    wrapped.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    unread(&wrapped, Unread::Encrypted);
    unread(b"PK\x03\x04 and then nothing", Unread::Damaged);
    unread(b"\x00\x01\x02\x7f\x03\x04", Unread::UnknownKind);
    unread(
        &zip(
            &[("[Content_Types].xml", b""), ("word/media/scan.png", b"x")],
            0,
        ),
        Unread::NoText,
    );
    for picture in [
        &b"\x89PNG\r\n\x1a\n...."[..],
        b"\xff\xd8\xff\xe0....",
        b"RIFF....WAVE",
    ] {
        assert_eq!(read_document(picture), Reading::default());
    }
}

#[test]
fn bombs_are_not_unpacked() {
    let blank = vec![b' '; BYTES_MAX + 1];
    unread(&zip(&[("a.txt", &blank)], 0), Unread::TooLarge);
    let mut packed = zip(&[("a.txt", TOLD.as_bytes())], 0);
    for _ in 0..=DEPTH_MAX {
        packed = zip(&[("a.zip", &packed)], 0);
    }
    unread(&packed, Unread::TooLarge);
    let half = vec![b' '; BYTES_MAX / 2];
    unread(
        &zip(&[("a", &half), ("b", &half), ("c", &half)], 0),
        Unread::TooLarge,
    );
}

/// Seeds of every kind, cut, joined and altered. `KEPT_FUZZ_SECONDS` says how long to look.
#[test]
fn fuzz_documents() {
    let seconds = std::env::var("KEPT_FUZZ_SECONDS")
        .ok()
        .and_then(|it| it.parse().ok());
    let until = seconds.map(|it| std::time::Instant::now() + std::time::Duration::from_secs(it));
    let seeds = [
        pdf(
            "BT /F1 12 Tf [(I) -300 <4142>] TJ 1 0 0 1 2 3 Tm (x) ' ET",
            "3 0 obj [1 2 R] endobj",
        ),
        office(
            "word/document.xml",
            "<w:p><w:t>a &amp; b</w:t><![CDATA[c]]></w:p><!-- d",
        ),
        b"{\\rtf1{\\fonttbl x}\\u-10179?\\u8721?\\'e9\\uc2 {\\b y}}".to_vec(),
        b"<html><script>a</script><p>&#x110000;&nosuch;<".to_vec(),
        b"%PDF-1 1 0 obj <</A[<</B(((\\1\\8))>>]/C<4 0 R endobj 2 0 obj<<>>stream".to_vec(),
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    let mut round = 0_u32;
    while until.map_or(round < 3000, |until| std::time::Instant::now() < until) {
        round += 1;
        let mut bytes = seeds[draw(seeds.len())].clone();
        for _ in 0..=draw(8) {
            let at = draw(bytes.len());
            match draw(4) {
                0 => bytes.truncate(at.max(8)),
                1 => bytes[at] = u8::try_from(draw(256)).unwrap(),
                2 => {
                    let piece = bytes[at..].to_vec();
                    let to = draw(bytes.len());
                    bytes.splice(to..to, piece);
                }
                _ => {
                    bytes.remove(at);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        let reading = read_document(&bytes);
        assert!(reading.text.len() <= BYTES_MAX + 2 * MEMBERS_MAX);
    }
}
