//! Reads the path of a request: which kind, namespace, object and part of it is meant. Pure.

use super::kind::Kind;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: &'static Kind,
    pub(super) namespace: Option<String>,
    /// None for all objects of the kind.
    pub(super) name: Option<String>,
    /// `log`, `status`, …
    pub(super) part: Option<String>,
}

impl Target {
    /// Reads `/api/v1/…` and `/apis/<group>/<version>/…`; none for anything else.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (group, version, rest) = match segments.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let find = |plural| Kind::find(group, version, plural);
        let (kind, namespace, rest) = match rest {
            // A namespace's own parts are not kinds, so `namespaces/x/pods` can only be the pods in it.
            ["namespaces", namespace, plural, rest @ ..]
                if find(plural).is_some_and(|k| k.namespaced) =>
            {
                (find(plural)?, Some((*namespace).to_owned()), rest)
            }
            [plural, rest @ ..] => (find(plural)?, None, rest),
            [] => return None,
        };
        let text = |segment: &&str| (*segment).to_owned();
        let (name, part) = match rest {
            [] => (None, None),
            [name] => (Some(text(name)), None),
            [name, part] => (Some(text(name)), Some(text(part))),
            _ => return None,
        };
        // A single object of a namespaced kind is only found in its namespace.
        let reachable = name.is_none() || !kind.namespaced || namespace.is_some();
        reachable.then_some(Self {
            kind,
            namespace,
            name,
            part,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn read(path: &str) -> Option<String> {
        Target::parse(path).map(|t| {
            let part = |p: Option<String>| p.unwrap_or_else(|| "-".to_owned());
            format!(
                "{} {} {} {}",
                t.kind.plural,
                part(t.namespace),
                part(t.name),
                part(t.part)
            )
        })
    }

    #[test]
    fn paths_name_kinds_namespaces_and_objects() {
        let expected = [
            ("/api/v1/pods", "pods - - -"),
            ("/api/v1/namespaces", "namespaces - - -"),
            ("/api/v1/namespaces/a", "namespaces - a -"),
            ("/api/v1/namespaces/a/pods", "pods a - -"),
            ("/api/v1/namespaces/a/pods/p", "pods a p -"),
            ("/api/v1/namespaces/a/pods/p/log", "pods a p log"),
            (
                "/apis/karpenter.sh/v1/nodepools/n/status",
                "nodepools - n status",
            ),
        ];
        for (path, meaning) in expected {
            assert_eq!(read(path).as_deref(), Some(meaning), "{path}");
        }
    }

    #[test]
    fn unknown_kinds_and_groups_are_nothing() {
        for path in [
            "/api/v1/services",
            "/apis/apps/v1/deployments",
            "/api/v1/pods/p",
            "/apis",
            "/",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
