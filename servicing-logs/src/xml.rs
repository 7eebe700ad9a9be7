//! The events of a servicing XML file that its readers need, with offsets.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use crate::error::Error;

/// One step through the file.
pub(crate) enum Step<'t> {
    /// An element begins. `empty` if it ends in the same tag.
    Open { element: Element<'t>, empty: bool },
    /// An element ends.
    Close,
    /// A piece of text; one text may come in several.
    Text(&'t str),
}

/// An element's tag.
pub(crate) struct Element<'t> {
    tag: BytesStart<'t>,
    pub(crate) offset: u64,
}

impl<'t> Element<'t> {
    pub(crate) fn name(&self) -> &str {
        self.tag.name().into_inner()
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The attributes that can be read, in their order, with entities resolved.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let mut attributes = self.tag.attributes();
        attributes.with_checks(false);
        attributes.flatten().map(|attribute| {
            let value = match unescape(&attribute.value) {
                Ok(Cow::Owned(text)) => Cow::Owned(text),
                _ => attribute.value.clone(),
            };
            (attribute.key.into_inner(), value)
        })
    }

    /// The attribute of that name, in any case of letters.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.attributes().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.into_owned())
    }
}

/// Walks the elements of `text`, which may end in the middle or hold bytes that are no UTF-8.
///
/// What stopped the walk before the end of the text is the result. Memory is one tag and the names of open elements.
pub(crate) fn walk(text: &[u8], mut visit: impl FnMut(Step<'_>)) -> Option<Error> {
    let (valid, broken) = match std::str::from_utf8(text) {
        Ok(valid) => (valid, None),
        Err(error) => {
            let end = error.valid_up_to();
            let valid = text.get(..end).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default();
            (valid, Some(Error::Xml { offset: end as u64, message: "bytes that are no UTF-8".to_owned() }))
        }
    };
    let mut reader = Reader::from_str(valid);
    let mut depth = 0usize;
    let mut rooted = false;
    loop {
        let offset = reader.buffer_position();
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                rooted = true;
                visit(Step::Open { element: Element { tag, offset }, empty: false });
            }
            Ok(Event::Empty(tag)) => {
                rooted = true;
                visit(Step::Open { element: Element { tag, offset }, empty: true });
            }
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                visit(Step::Close);
            }
            Ok(Event::Eof) if depth > 0 || !rooted => {
                let message = if rooted { "the file ends inside an element" } else { "no element" };
                return broken.or(Some(Error::Xml { offset, message: message.to_owned() }));
            }
            Ok(Event::Eof) => return broken,
            Ok(Event::Text(text)) => visit(Step::Text(&text)),
            Ok(Event::CData(text)) => visit(Step::Text(&text)),
            Ok(Event::GeneralRef(reference)) => {
                let mut buffer = [0; 4];
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(&*character.encode_utf8(&mut buffer)),
                    _ => resolve_predefined_entity(&reference),
                };
                visit(Step::Text(resolved.unwrap_or("\u{fffd}")));
            }
            Ok(_) => {}
            Err(error) => {
                return Some(Error::Xml { offset: reader.error_position(), message: error.to_string() });
            }
        }
    }
}
