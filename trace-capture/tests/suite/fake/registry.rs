//! The registry.

use trace_capture::error::{CaptureError, Result};
use trace_capture::machine::Registry;
use trace_capture::messages::errors;
use trace_capture::tree::Tree;

use super::{Fake, USER};

fn find<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    key.split('\\')
        .try_fold(tree, |at, part| at.keys.iter().find(|(n, _)| n.eq_ignore_ascii_case(part)).map(|(_, t)| t))
}

fn make<'t>(tree: &'t mut Tree, key: &str) -> &'t mut Tree {
    key.split('\\').fold(tree, |at, part| {
        let index = at.keys.iter().position(|(n, _)| n.eq_ignore_ascii_case(part)).unwrap_or_else(|| {
            // The registry keeps subkeys sorted.
            let index = at.keys.partition_point(|(n, _)| n.to_ascii_lowercase() < part.to_ascii_lowercase());
            at.keys.insert(index, (part.to_owned(), Tree::default()));
            index
        });
        &mut at.keys[index].1
    })
}

impl Registry for Fake {
    fn tree(&self, key: &str) -> Result<Option<Tree>> {
        self.alive()?;
        Ok(find(&self.state.borrow().registry, key).cloned())
    }

    fn write(&self, key: &str, tree: &Tree) -> Result<()> {
        self.change()?;
        make(&mut self.state.borrow_mut().registry, key);
        for (name, below) in &tree.keys {
            self.write(&format!(r"{key}\{name}"), below)?;
        }
        for (name, data) in &tree.values {
            self.change()?;
            let mut state = self.state.borrow_mut();
            let at = make(&mut state.registry, key);
            match at.values.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
                Some(value) => value.1 = data.clone(),
                None => at.values.push((name.clone(), data.clone())),
            }
        }
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<()> {
        if self.registry_protected.get() {
            return Err(CaptureError::Registry {
                what: errors::DELETE,
                key: key.into(),
                why: "access denied".into(),
            });
        }
        let (parent, name) = key.rsplit_once('\\').unwrap();
        while let Some(below) = self.subkeys(key)?.first() {
            self.delete(&format!(r"{key}\{below}"))?;
        }
        self.change()?;
        if find(&self.state.borrow().registry, parent).is_some() {
            make(&mut self.state.borrow_mut().registry, parent)
                .keys
                .retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        }
        Ok(())
    }

    fn delete_value(&self, key: &str, name: &str) -> Result<()> {
        self.change()?;
        make(&mut self.state.borrow_mut().registry, key)
            .values
            .retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        Ok(())
    }

    fn subkeys(&self, key: &str) -> Result<Vec<String>> {
        Ok(self.tree(key)?.map_or_else(Vec::new, |t| t.keys.into_iter().map(|(n, _)| n).collect()))
    }

    fn user_key(&self) -> Result<String> {
        Ok(USER.into())
    }
}
