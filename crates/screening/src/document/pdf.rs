//! Text out of PDF files (ISO 32000-2, sections 7 and 9): what the pages show, what fields and
//! remarks say, and what earlier revisions said, which is still in the file.
//! It follows no cross-references and runs nothing: it reads the objects as they stand.

mod fonts;
mod objects;
mod show;

use super::{Reader, Unread, contains, inflate, plain};
use fonts::Font;
use objects::{Lexer, Object, Value};
use std::collections::HashMap;

/// Keys under which texts for readers stand outside of pages.
const TOLD_UNDER: &[&str] = &[
    "Contents",
    "V",
    "TU",
    "RC",
    "Title",
    "Author",
    "Subject",
    "Keywords",
    "ActualText",
    "Alt",
    "E",
];

/// Names of fonts in one part's resources, with the fonts.
type Fonts<'a> = HashMap<&'a str, &'a Font>;

/// Reads the text of a PDF file.
pub(super) fn read(reader: &mut Reader, bytes: &[u8]) {
    if is_encrypted(bytes) {
        return reader.note(Unread::Encrypted);
    }
    let (mut objects, whole) = objects::scan(bytes);
    if !whole {
        reader.note(Unread::TooLarge);
    }
    unpack_objects(reader, &mut objects);
    let latest: HashMap<u32, &Object<'_>> = objects.iter().map(|it| (it.number, it)).collect();
    let file = File { latest };
    let mut kinds: HashMap<u32, Font> = HashMap::new();
    for object in &objects {
        if object.value.name("Type") == Some("Font") || object.value.get("ToUnicode").is_some() {
            kinds.insert(object.number, file.font(reader, &object.value));
        }
    }
    let all = file.everywhere(&objects, &kinds);
    let of_streams = file.of_streams(&objects, &kinds);
    let mut lost = 0;
    let mut found = 0;
    for object in &objects {
        tell(reader, &object.value, 0);
        let Some(content) = unpack_content(reader, object) else {
            continue;
        };
        let own = of_streams.get(&object.number).filter(|it| !it.is_empty());
        let shown = show::text(&content, own.unwrap_or(&all));
        lost += shown.lost;
        found += shown.text.chars().filter(|it| it.is_alphanumeric()).count();
        reader.add(&shown.text);
    }
    if found == 0 || lost * 10 > found {
        reader.note(Unread::NoText);
    }
}

/// Whether the trailer names an encryption dictionary.
fn is_encrypted(bytes: &[u8]) -> bool {
    let mut marks = memchr::memmem::find_iter(bytes, b"/Encrypt");
    marks.any(|at| {
        let next = bytes.get(at + 8);
        next.is_some_and(|it| it.is_ascii_whitespace() || *it == b'<')
    })
}

/// Takes the objects out of the streams that hold objects.
fn unpack_objects(reader: &mut Reader, objects: &mut Vec<Object<'_>>) {
    let mut unpacked = Vec::new();
    for object in objects.iter() {
        if object.value.name("Type") != Some("ObjStm") {
            continue;
        }
        let Some(bytes) = unpack(reader, object) else {
            continue;
        };
        let first = object.value.get("First").and_then(Value::index);
        let mut lexer = Lexer::new(&bytes);
        let mut places = Vec::new();
        while let (Some(number), Some(at)) = (lexer.number(), lexer.number()) {
            places.push((number, at));
        }
        for (number, at) in places {
            let start = first.unwrap_or(0).saturating_add(at);
            let Some(rest) = bytes.get(start..) else {
                continue;
            };
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if objects.len() + unpacked.len() >= objects::OBJECTS_MAX {
                reader.note(Unread::TooLarge);
                break;
            }
            if let Some(value) = Lexer::new(rest).value() {
                unpacked.push(Object {
                    number,
                    value,
                    stream: None,
                });
            }
        }
    }
    objects.extend(unpacked);
}

/// The bytes of a stream that may show text.
fn unpack_content(reader: &mut Reader, object: &Object<'_>) -> Option<Vec<u8>> {
    let is_other = matches!(
        object.value.name("Type"),
        Some("XRef" | "ObjStm" | "Metadata" | "CMap")
    );
    let is_picture = object.value.name("Subtype") == Some("Image");
    let is_font = object.value.get("Length1").is_some();
    if is_other || is_picture || is_font {
        return None;
    }
    let bytes = unpack(reader, object)?;
    let shows = [&b"Tj"[..], b"TJ", b"'", b"\""];
    let shows = shows.iter().any(|operator| contains(&bytes, operator));
    (contains(&bytes, b"BT") && shows).then_some(bytes)
}

/// Undoes a stream's filters. Nothing where there is no stream, or where it is no text's.
fn unpack(reader: &mut Reader, object: &Object<'_>) -> Option<Vec<u8>> {
    let mut bytes = object.stream?.to_vec();
    let filters = object.value.get("Filter").or(object.value.get("F"));
    let filters: Vec<&str> = match filters {
        Some(Value::Name(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_name).take(4).collect(),
        _ => Vec::new(),
    };
    for filter in filters {
        let undone = match filter {
            "FlateDecode" | "Fl" => inflate::zlib(&bytes, &mut reader.budget),
            "ASCIIHexDecode" | "AHx" => Ok(objects::hexadecimal(&bytes)),
            "ASCII85Decode" | "A85" => Ok(objects::base85(&bytes)),
            // A picture or a sound.
            "DCTDecode" | "JPXDecode" | "CCITTFaxDecode" | "JBIG2Decode" => return None,
            _ => Err(Unread::UnknownKind),
        };
        match undone {
            Ok(undone) => bytes = undone,
            Err(why) => {
                reader.note(why);
                return None;
            }
        }
    }
    Some(bytes)
}

/// Adds the texts that stand in an object itself.
fn tell(reader: &mut Reader, value: &Value, depth: usize) {
    match value {
        Value::Dictionary(entries) if depth < 8 => {
            for (key, value) in entries {
                match value {
                    Value::Text(bytes) if TOLD_UNDER.contains(&key.as_str()) => {
                        reader.add(&told(bytes));
                    }
                    other => tell(reader, other, depth + 1),
                }
            }
        }
        Value::Array(values) if depth < 8 => {
            for value in values {
                tell(reader, value, depth + 1);
            }
        }
        _ => {}
    }
}

/// A text string outside of pages: UTF-16, UTF-8, or much like Windows-1252 (section 7.9.2.2).
fn told(bytes: &[u8]) -> String {
    plain::decode(bytes).unwrap_or_else(|| bytes.iter().map(|it| plain::windows(*it)).collect())
}

/// The objects of a file by number, of each the last.
struct File<'a> {
    latest: HashMap<u32, &'a Object<'a>>,
}

impl<'a> File<'a> {
    /// What a value stands for.
    fn resolve(&self, value: &'a Value) -> &'a Value {
        match value {
            Value::Reference(number) => self.latest.get(number).map_or(value, |it| &it.value),
            other => other,
        }
    }

    fn font(&self, reader: &mut Reader, value: &Value) -> Font {
        let letters = match value.get("ToUnicode") {
            Some(Value::Reference(number)) => self.latest.get(number).copied(),
            _ => None,
        };
        let letters = letters.and_then(|stream| unpack(reader, stream));
        let differences = match value.get("Encoding") {
            Some(Value::Reference(number)) => self.latest.get(number).map(|it| &it.value),
            other => other,
        };
        let differences = differences.and_then(|it| it.get("Differences"));
        let wide = value.name("Subtype") == Some("Type0");
        Font::read(letters.as_deref(), differences, wide)
    }

    /// The fonts of one part's resources.
    fn fonts(&self, resources: &'a Value, kinds: &'a HashMap<u32, Font>) -> Fonts<'a> {
        let fonts = self
            .resolve(resources)
            .get("Font")
            .map(|it| self.resolve(it));
        let Some(Value::Dictionary(entries)) = fonts else {
            return Fonts::new();
        };
        let known = |(name, value): &'a (String, Value)| match value {
            Value::Reference(number) => Some((name.as_str(), kinds.get(number)?)),
            _ => None,
        };
        entries.iter().filter_map(known).collect()
    }

    /// Every font by name, for what says nowhere which it uses.
    fn everywhere(&self, objects: &'a [Object<'a>], kinds: &'a HashMap<u32, Font>) -> Fonts<'a> {
        let mut all = Fonts::new();
        for object in objects {
            let resources = object.value.get("Resources").unwrap_or(&object.value);
            for (name, font) in self.fonts(resources, kinds) {
                all.entry(name).or_insert(font);
            }
        }
        all
    }

    /// The fonts that each stream may use: those of its page, or its own.
    fn of_streams(
        &self,
        objects: &'a [Object<'a>],
        kinds: &'a HashMap<u32, Font>,
    ) -> HashMap<u32, Fonts<'a>> {
        let mut of_streams = HashMap::new();
        for object in objects {
            let Some(resources) = self.inherited(&object.value) else {
                continue;
            };
            let fonts = || self.fonts(resources, kinds);
            if object.stream.is_some() {
                of_streams.insert(object.number, fonts());
            }
            let Some(contents) = object.value.get("Contents") else {
                continue;
            };
            let listed = match (contents, self.resolve(contents)) {
                (_, Value::Array(listed)) => listed.as_slice(),
                (one, _) => std::slice::from_ref(one),
            };
            for one in listed {
                if let Value::Reference(number) = one {
                    of_streams.entry(*number).or_insert_with(fonts);
                }
            }
        }
        of_streams
    }

    /// The resources of a part, or of what it belongs to.
    fn inherited(&self, value: &'a Value) -> Option<&'a Value> {
        let mut value = value;
        for _ in 0..8 {
            if let Some(resources) = value.get("Resources") {
                return Some(resources);
            }
            value = self.resolve(value.get("Parent")?);
        }
        None
    }
}
