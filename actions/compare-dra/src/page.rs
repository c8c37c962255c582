//! A rendered page in sections, and leaving out whole ones, the least worth first, until it fits. Pure.
//!
//! Templates mark sections by the block helper `section`, which writes control characters: text from outside cannot
//! forge them, as `escape` lets none through.

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
};

const START: char = '\u{1}';
const NAMED: char = '\u{2}';
const END: char = '\u{3}';

/// A page that can be made shorter.
#[derive(Debug)]
pub(crate) struct Page {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    text: String,
    /// Absent for what is never left out.
    section: Option<Section>,
}

#[derive(Debug, PartialEq, Eq)]
struct Section {
    /// The higher, the longer it is kept.
    worth: u32,
    name: String,
}

/// `{{#section "configuration" worth=20}}…{{/section}}`.
pub(crate) fn section_helper<'reg, 'rc>(
    helper: &Helper<'rc>,
    templates: &'reg Handlebars<'reg>,
    context: &'rc Context,
    state: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    let missing = || RenderErrorReason::Other("`section` needs a name and its worth".to_owned());
    let name = helper
        .param(0)
        .and_then(|name| name.value().as_str())
        .ok_or_else(missing)?;
    let worth = helper
        .hash_get("worth")
        .and_then(|worth| worth.value().as_u64());
    out.write(&format!(
        "{START}{}{NAMED}{name}{NAMED}",
        worth.ok_or_else(missing)?
    ))?;
    if let Some(block) = helper.template() {
        block.render(templates, context, state, out)?;
    }
    out.write(&END.to_string())?;
    Ok(())
}

impl Page {
    /// Cuts a rendered page into its parts.
    pub(crate) fn of(rendered: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = rendered;
        while let Some((before, marked)) = rest.split_once(START) {
            let (marked, after) = marked.split_once(END).unwrap_or((marked, ""));
            let mut pieces = marked.splitn(3, NAMED);
            let (worth, name) = (pieces.next(), pieces.next());
            parts.push(Part {
                text: before.to_owned(),
                section: None,
            });
            parts.push(Part {
                text: pieces.next().unwrap_or_default().to_owned(),
                section: worth.and_then(|worth| worth.parse().ok()).zip(name).map(
                    |(worth, name)| Section {
                        worth,
                        name: name.to_owned(),
                    },
                ),
            });
            rest = after;
        }
        parts.push(Part {
            text: rest.to_owned(),
            section: None,
        });
        Self { parts }
    }

    /// All of it.
    pub(crate) fn whole(&self) -> String {
        self.but(&[])
    }

    /// As much as `measure` finds no longer than `most`, and what was left out in a line: "… are in `elsewhere`".
    pub(crate) fn within(
        &self,
        most: usize,
        measure: impl Fn(&str) -> usize,
        elsewhere: &str,
    ) -> String {
        let mut left_out = Vec::new();
        let mut text = self.whole();
        for place in self.by_worth() {
            if measure(&text) <= most {
                return text;
            }
            left_out.push(place);
            let note = format!(
                "\n_Left out to keep this short: {}. See {elsewhere}._\n",
                self.names(&left_out)
            );
            text = self.but(&left_out) + &note;
        }
        if measure(&text) <= most {
            return text;
        }
        cut(&text, most, measure, elsewhere)
    }

    /// Places of the sections that say something, the least worth first.
    fn by_worth(&self) -> Vec<usize> {
        let worth = |place: &usize| {
            self.parts[*place]
                .section
                .as_ref()
                .map(|section| section.worth)
        };
        let mut places: Vec<usize> = (0..self.parts.len())
            .filter(|place| worth(place).is_some() && !self.parts[*place].text.trim().is_empty())
            .collect();
        places.sort_by_key(worth);
        places
    }

    fn names(&self, places: &[usize]) -> String {
        let mut places = places.to_vec();
        places.sort_unstable();
        let sections = places
            .iter()
            .filter_map(|place| self.parts[*place].section.as_ref());
        sections
            .map(|section| section.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn but(&self, left_out: &[usize]) -> String {
        let kept = self
            .parts
            .iter()
            .enumerate()
            .filter(|(place, _)| !left_out.contains(place));
        one_blank_line(&kept.map(|(_, part)| part.text.as_str()).collect::<String>())
    }
}

/// What never is left out may still be too long, when names or lists are: then it ends at the end of a line.
fn cut(text: &str, most: usize, measure: impl Fn(&str) -> usize, elsewhere: &str) -> String {
    let note = format!("\n\n_Cut here to keep this short. See {elsewhere}._\n");
    // A fence that is closed needs room, too.
    let room = most.saturating_sub(measure(&note) + 16);
    let (mut kept, mut used, mut fence) = (String::new(), 0, None);
    for line in text.split_inclusive('\n') {
        used += measure(line);
        if used > room {
            break;
        }
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open => fence = None,
            _ => {}
        }
        kept.push_str(line);
    }
    if let Some(ticks) = fence {
        kept.push_str(&"`".repeat(ticks.min(15)));
    }
    kept.trim_end().to_owned() + &note
}

/// At most one blank line in a row, none at the start, one line feed at the end: templates leave gaps where parts are absent.
fn one_blank_line(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    for line in page.trim().lines() {
        if !(line.trim().is_empty() && out.ends_with("\n\n")) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Page;

    const RENDERED: &str = "### verdict\n\n\u{1}20\u{2}chart\u{2}CHART\n\u{3}\nwhy\n\u{1}10\u{2}table\u{2}TABLE\n\u{3}\n\u{1}5\u{2}none\u{2}\n\u{3}";

    fn within(most: usize) -> String {
        Page::of(RENDERED).within(most, str::len, "the run")
    }

    #[test]
    fn page_that_fits_is_whole() {
        assert_eq!(
            Page::of(RENDERED).whole(),
            "### verdict\n\nCHART\n\nwhy\nTABLE\n"
        );
        assert_eq!(within(1_000), Page::of(RENDERED).whole());
    }

    #[test]
    fn sections_go_whole_the_least_worth_first_and_are_named() {
        let page = |chart: usize, table: usize| {
            let (chart, table) = ("C".repeat(chart), "T".repeat(table));
            Page::of(&RENDERED.replace("CHART", &chart).replace("TABLE", &table))
        };
        assert_eq!(
            page(5, 500).within(200, str::len, "the run"),
            "### verdict\n\nCCCCC\n\nwhy\n\n_Left out to keep this short: table. See the run._\n"
        );
        assert_eq!(
            page(500, 5).within(200, str::len, "the run"),
            "### verdict\n\nwhy\n\n_Left out to keep this short: chart, table. See the run._\n"
        );
    }

    #[test]
    fn what_is_never_left_out_ends_at_a_line_with_its_fence_closed() {
        let page = Page::of(&format!("### v\n```text\n{}", "line of text\n".repeat(50)));
        let cut = page.within(200, str::len, "the run");
        assert!(
            cut.len() <= 200 && cut.contains("line of text\n```\n\n_Cut here"),
            "{cut}"
        );
    }
}
