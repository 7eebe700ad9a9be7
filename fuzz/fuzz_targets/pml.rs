//! Any bytes as a Process Monitor log: all events and columns, processes, modules, icons, strings, hosts and ports.
#![no_main]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use pml_reader::{COLUMNS, PmlFile, Style};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = PmlFile::from_vec(bytes.to_vec()) else { return };
    let mut text = String::new();
    for event in file.events().filter_map(Result::ok) {
        for (column, _) in COLUMNS {
            for style in [Style::default(), Style::procmon(60)] {
                text.clear();
                style.push(&event, column, &mut text);
            }
        }
        black_box((event.detail_error(), event.path_text(), event.raw_record(), event.frames().count()));
    }
    for process in file.processes() {
        black_box((
            process.modules().count(),
            file.icon(process.raw.small_icon).ok(),
            file.icon(process.raw.big_icon).ok(),
        ));
    }
    black_box((file.hosts().count(), file.ports().count()));
    black_box((0..file.string_count()).filter(|i| file.string(*i).is_ok()).count());
});
