//! `report.html`: the whole report in one file, with the picture to explore. It asks no network for anything. Pure.
//!
//! Its words are those of report.md, turned into HTML by a Markdown library; its picture is that of timeline.svg.

use base64_simd::STANDARD;
use handlebars::{Handlebars, html_escape};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    curve::{Curves, Series},
    drawing::Drawing,
    render::{Error, Pages},
    report::Report,
    svg::{self, Legend},
};

const SCRIPT: &str = include_str!("../templates/report.js");
const STYLE: &str = concat!(
    include_str!("../templates/report.css"),
    include_str!("../templates/timeline-shapes.css")
);

#[derive(Debug, Serialize)]
struct Page<'a> {
    title: &'a str,
    /// The page's security policy allows only the one script, by its hash.
    script_hash: String,
    style: &'static str,
    script: &'static str,
    head: String,
    rest: String,
    picture: Option<&'a Drawing>,
    legend: Vec<Legend>,
    /// JSON for the script.
    data: String,
}

/// What the script tells at the pointer.
#[derive(Debug, Serialize)]
struct Data<'a> {
    step: i64,
    #[serde(rename = "static")]
    fixed: Counts<'a>,
    dra: Counts<'a>,
}

#[derive(Debug, Serialize)]
struct Counts<'a> {
    joined: &'a [usize],
    with_task: &'a [usize],
    asked_for: Option<&'a [usize]>,
}

impl<'a> Counts<'a> {
    fn of(series: &'a Series) -> Self {
        Self {
            joined: &series.executors,
            with_task: &series.with_task,
            asked_for: series.pods.as_deref(),
        }
    }
}

/// The file's text.
pub(crate) fn file(
    report: &Report,
    pages: &Pages,
    picture: Option<&Drawing>,
) -> Result<String, Error> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    templates.register_escape_fn(html_escape);
    templates
        .register_partial("picture", svg::PICTURE)
        .map_err(Box::new)?;
    let page = Page {
        title: &report.sentence,
        script_hash: STANDARD.encode_to_string(Sha256::digest(SCRIPT)),
        style: STYLE,
        script: SCRIPT,
        head: of_markdown(&pages.page_head),
        rest: of_markdown(&pages.page_rest),
        picture,
        legend: svg::legend(),
        data: report.curves.as_ref().map(data).unwrap_or_default(),
    };
    let template = include_str!("../templates/report.html.hbs");
    Ok(templates
        .render_template(template, &page)
        .map_err(Box::new)?)
}

/// JSON that cannot end the element it stands in.
fn data(curves: &Curves) -> String {
    let data = Data {
        step: curves.step_seconds,
        fixed: Counts::of(&curves.fixed),
        dra: Counts::of(&curves.dra),
    };
    let json = serde_json::to_string(&data).unwrap_or_default();
    json.replace('<', "\\u003c")
}

/// GitHub's Markdown as HTML: the title becomes the page's own, and each table can be scrolled by itself.
fn of_markdown(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).flat_map(|event| match event {
        Event::Start(Tag::Table(columns)) => vec![
            Event::Html(CowStr::Borrowed("<div class=\"scroll\" tabindex=\"0\">\n")),
            Event::Start(Tag::Table(columns)),
        ],
        Event::End(TagEnd::Table) => vec![
            Event::End(TagEnd::Table),
            Event::Html(CowStr::Borrowed("</div>\n")),
        ],
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => {
            let level = above(level);
            vec![Event::Start(Tag::Heading {
                level,
                id,
                classes,
                attrs,
            })]
        }
        Event::End(TagEnd::Heading(level)) => vec![Event::End(TagEnd::Heading(above(level)))],
        // A number and its sign stay on one line.
        Event::Text(text) => vec![Event::Text(text.replace(" %", "\u{a0}%").into())],
        other => vec![other],
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

/// In a comment the title is a third heading; on a page of its own it is the first.
fn above(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H3 => HeadingLevel::H1,
        _ => HeadingLevel::H2,
    }
}
