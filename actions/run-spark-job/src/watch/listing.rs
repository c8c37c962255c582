//! A watcher's events as plain facts: an object is there, or it is gone. Knows no kind of object.

use std::collections::BTreeSet;

use kube::{ResourceExt, runtime::watcher::Event};

/// What an event says about one object.
#[derive(Debug)]
pub(super) enum Fact<K> {
    /// It exists.
    There {
        name: String,
        object: Box<K>,
        /// It existed before watching began.
        from_the_start: bool,
    },
    /// It is gone.
    Gone {
        name: String,
        /// Its last shape, when the API said it.
        last: Option<Box<K>>,
        /// It was found missing after an interruption, so its end was earlier.
        missed: bool,
    },
}

/// Which objects exist, across interruptions of the watch.
#[derive(Debug, Default)]
pub(super) struct Listing {
    complete: bool,
    known: BTreeSet<String>,
    listed: BTreeSet<String>,
}

impl Listing {
    /// True once the first list is complete.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The facts in one event.
    pub(super) fn facts<K: ResourceExt>(&mut self, event: Event<K>) -> Vec<Fact<K>> {
        match event {
            Event::Init => {
                self.listed.clear();
                Vec::new()
            }
            Event::InitApply(object) => {
                self.listed.insert(object.name_any());
                vec![self.there(object)]
            }
            Event::Apply(object) => vec![self.there(object)],
            Event::Delete(object) => {
                let name = object.name_any();
                self.known.remove(&name);
                vec![Fact::Gone {
                    name,
                    last: Some(Box::new(object)),
                    missed: false,
                }]
            }
            Event::InitDone => {
                self.complete = true;
                let gone: Vec<String> = self.known.difference(&self.listed).cloned().collect();
                gone.iter().for_each(|name| _ = self.known.remove(name));
                gone.into_iter()
                    .map(|name| Fact::Gone {
                        name,
                        last: None,
                        missed: true,
                    })
                    .collect()
            }
        }
    }

    fn there<K: ResourceExt>(&mut self, object: K) -> Fact<K> {
        let name = object.name_any();
        self.known.insert(name.clone());
        Fact::There {
            name,
            object: Box::new(object),
            from_the_start: !self.complete,
        }
    }
}
