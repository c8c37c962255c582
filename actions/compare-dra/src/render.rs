//! Templates to Markdown. All values arrive finished from `view`; templates hold words and loops only. Pure.

use handlebars::{Handlebars, RenderError, TemplateError};

use crate::{
    escape,
    page::{Page, section_helper},
    view::View,
};

/// HTML is up to three times as long as its Markdown, and the page has to stay below 1.5 MB with its picture.
const PAGE_BYTES: usize = 400_000;
/// GitHub keeps 1 MiB of a step's summary; `gha` needs a little of it.
const SUMMARY_BYTES: usize = (1 << 20) - 4096;

const PARTIALS: &[(&str, &str)] = &[
    ("verdict", include_str!("../templates/_verdict.md.hbs")),
    ("timelines", include_str!("../templates/_timelines.md.hbs")),
    ("why", include_str!("../templates/_why.md.hbs")),
    ("executors", include_str!("../templates/_executors.md.hbs")),
    (
        "configuration",
        include_str!("../templates/_configuration.md.hbs"),
    ),
    ("cost", include_str!("../templates/_cost.md.hbs")),
    ("numbers", include_str!("../templates/_numbers.md.hbs")),
    ("detail", include_str!("../templates/_detail.md.hbs")),
    ("measured", include_str!("../templates/_measured.md.hbs")),
];

/// Why a page could not be made. Always a bug: templates are part of the program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A template does not parse.
    #[error("a template does not parse")]
    Template(#[from] Box<TemplateError>),
    /// A template asks for what the view does not have.
    #[error("a template does not fit the view")]
    Render(#[from] Box<RenderError>),
}

/// The pages of a report.
#[derive(Debug)]
pub(crate) struct Pages {
    /// The full report.
    pub(crate) report: String,
    /// The same as the step summary, short enough for it.
    pub(crate) summary: String,
    /// The one for the pull request, without its marker, short enough for it.
    pub(crate) comment: String,
    /// What stands above the picture in report.html, and below it.
    pub(crate) page_head: String,
    pub(crate) page_rest: String,
}

/// Renders all pages.
pub(crate) fn pages(view: &View) -> Result<Pages, Error> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    // `{{ }}` escapes for Markdown; `{{{ }}}` is for what `view` has finished.
    templates.register_escape_fn(escape::text);
    templates.register_helper("section", Box::new(section_helper));
    for (name, source) in PARTIALS {
        templates.register_partial(name, source).map_err(Box::new)?;
    }
    let mut page = |source: &str| -> Result<Page, Error> {
        templates
            .register_template_string("page", source)
            .map_err(Box::new)?;
        let rendered = templates.render("page", view).map_err(Box::new)?;
        Ok(Page::of(&rendered))
    };
    let report = page(include_str!("../templates/report.md.hbs"))?;
    let comment = page(include_str!("../templates/comment.md.hbs"))?;
    let page_head = page(include_str!("../templates/page-head.md.hbs"))?;
    let page_rest = page(include_str!("../templates/page-rest.md.hbs"))?;
    let characters = |text: &str| text.chars().count();
    Ok(Pages {
        report: report.whole(),
        summary: report.within(SUMMARY_BYTES, str::len, "report.md"),
        comment: comment.within(sticky_comment::comment::ROOM, characters, view.elsewhere()),
        page_head: page_head.whole(),
        page_rest: page_rest.within(PAGE_BYTES, str::len, "report.json"),
    })
}
