//! Templates to Markdown. All values arrive finished from `view`; templates hold words and loops only. Pure.

use handlebars::{Handlebars, RenderError, TemplateError};

use crate::{escape, view::View};

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
    /// The full report, also the step summary.
    pub(crate) report: String,
    /// The short one for the pull request, without its marker.
    pub(crate) comment: String,
    /// What stands above the picture in report.html, and below it.
    pub(crate) page_head: String,
    pub(crate) page_rest: String,
}

/// Renders both pages.
pub(crate) fn pages(view: &View) -> Result<Pages, Error> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    // `{{ }}` escapes for Markdown; `{{{ }}}` is for what `view` has finished.
    templates.register_escape_fn(escape::text);
    for (name, source) in PARTIALS {
        templates.register_partial(name, source).map_err(Box::new)?;
    }
    let mut page = |source: &str| -> Result<String, Error> {
        templates
            .register_template_string("page", source)
            .map_err(Box::new)?;
        Ok(one_blank_line(
            &templates.render("page", view).map_err(Box::new)?,
        ))
    };
    Ok(Pages {
        report: page(include_str!("../templates/report.md.hbs"))?,
        comment: page(include_str!("../templates/comment.md.hbs"))?,
        page_head: page(include_str!("../templates/page-head.md.hbs"))?,
        page_rest: page(include_str!("../templates/page-rest.md.hbs"))?,
    })
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
