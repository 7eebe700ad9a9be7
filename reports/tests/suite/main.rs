//! The renderers, from outside.

mod exports;
mod html;
mod json;
mod made;
mod png;
mod schema;
mod schema_check;
mod text;
mod write;
