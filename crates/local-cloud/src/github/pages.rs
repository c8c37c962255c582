//! Cuts lists into pages and says in the `Link` header where the others are.

use serde::Deserialize;

/// The paging parameters of a list request.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Paging {
    per_page: Option<usize>,
    page: Option<usize>,
}

impl Paging {
    fn per_page(&self) -> usize {
        self.per_page.unwrap_or(30).clamp(1, 100)
    }

    fn page(&self) -> usize {
        self.page.unwrap_or(1).max(1)
    }

    /// The entries of the page asked for.
    pub(super) fn cut<T>(&self, entries: Vec<T>) -> Vec<T> {
        let before = (self.page() - 1).saturating_mul(self.per_page());
        entries
            .into_iter()
            .skip(before)
            .take(self.per_page())
            .collect()
    }

    /// The `Link` header for a list of that many entries at `url`; none when it fits on one page.
    pub(super) fn links(&self, url: &str, entries: usize) -> Option<String> {
        let last = entries.div_ceil(self.per_page()).max(1);
        if last == 1 {
            return None;
        }
        let page = self.page();
        let to = |page: usize, relation: &str| {
            let per_page = self.per_page();
            format!("<{url}?per_page={per_page}&page={page}>; rel=\"{relation}\"")
        };
        let mut links = Vec::new();
        if page > 1 {
            links.push(to(page - 1, "prev"));
        }
        if page < last {
            links.push(to(page + 1, "next"));
            links.push(to(last, "last"));
        }
        if page > 1 {
            links.push(to(1, "first"));
        }
        Some(links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_cut_and_linked() {
        let paging = Paging {
            per_page: Some(2),
            page: Some(2),
        };
        assert_eq!(paging.cut(vec![1, 2, 3, 4, 5]), [3, 4]);
        let links = paging.links("u", 5).unwrap_or_default();
        assert!(
            links.contains("<u?per_page=2&page=3>; rel=\"next\""),
            "{links}"
        );
        assert!(
            links.contains("<u?per_page=2&page=1>; rel=\"prev\""),
            "{links}"
        );
    }

    #[test]
    fn more_than_100_a_page_is_100() {
        let paging = Paging {
            per_page: Some(500),
            page: None,
        };
        assert_eq!(paging.cut((0..150).collect()).len(), 100);
        assert!(Paging::default().links("u", 30).is_none());
    }
}
