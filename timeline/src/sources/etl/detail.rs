//! The Detail column of an ETW operation, in Process Monitor's words, as far as ETW records it.

use etl_reader::names::{Names, Operation};
use pml_reader::{
    Style,
    detail::{Fields, filesystem, masks},
    push_grouped, push_hex,
};

use super::learnt::push_file;

/// Appends the detail.
pub(super) fn push(operation: &Operation<'_>, names: &Names, style: Style, out: &mut String) {
    let mut fields = Fields::new(out, style);
    if let Some(create) = operation.create {
        fields.text("Disposition", filesystem::disposition_name(create.disposition));
        masks::push_create_options(fields.field("Options"), create.options);
        masks::push_attributes(fields.field("Attributes"), create.attributes);
        masks::push_share(fields.field("ShareMode"), create.share_access);
        if let (Some(0), Some(information)) = (operation.status, operation.information) {
            fields.text("OpenResult", filesystem::OpenResult::of_information(information).name());
        }
        return;
    }
    if let Some(offset) = operation.offset {
        push_grouped(fields.field("Offset"), offset);
    }
    if let Some(length) = operation.length {
        push_grouped(fields.field("Length"), length.into());
    }
    if let Some(target) = operation.target() {
        push_file(target, names, fields.field("FileName"));
    }
    match operation.info_class {
        Some(code) if operation.name.text() == CONTROL => match filesystem::control_name(code) {
            Some(name) => fields.text("Control", name),
            None => push_hex(fields.field("Control"), code.into()),
        },
        // The operation is named by its class where the class has a name.
        Some(class) if UNNAMED.contains(&operation.name.text()) => {
            push_grouped(fields.field("Information Class"), class.into());
        }
        _ => {}
    }
}

const CONTROL: &str = "FileSystemControl";
/// Names that stand where the information class has none.
const UNNAMED: &[&str] = &["SetInformationFile", "QueryInformationFile", "RegQueryKey", "RegSetInfoKey"];
