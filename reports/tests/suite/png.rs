//! The picture: its size, its language, its sameness.

use crate::made;

use reports::Lang;
use reports::png::render;

/// Width and height as PNG's header has them.
fn size(bytes: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    (number(16), number(20))
}

#[test]
fn the_english_picture_is_the_same_each_time() {
    let first = render(&made::failing_operation(), Lang::En).expect("renders");
    assert_eq!(size(&first.bytes), (3200, 1800));
    assert_eq!((first.lang, first.note), (Lang::En, None));
    assert!(first.bytes == render(&made::failing_operation(), Lang::En).expect("renders").bytes);
}

#[test]
fn the_chinese_picture_is_chinese_or_says_why_not() {
    let png = render(&made::not_enough_evidence(), Lang::Zh).expect("renders");
    assert_eq!(size(&png.bytes), (3200, 1800));
    match png.note {
        None => assert_eq!(png.lang, Lang::Zh),
        Some(note) => {
            assert_eq!(png.lang, Lang::En);
            assert!(note.en.contains("font") && note.zh.contains("字体"));
        }
    }
}

#[test]
fn hostile_names_are_drawn() {
    assert_eq!(size(&render(&made::hostile(), Lang::En).expect("renders").bytes), (3200, 1800));
}
