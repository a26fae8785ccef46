//! SVG: the journey map as a picture, its curve with intervals over stages and touchpoints.

mod canvas;
mod chart;
mod colour;
mod header;
mod layout;
mod marks;
mod rows;
mod words;

use moodline_types::{Alert, Layer, LayerNode, LayerState, TouchpointChange};

use self::{canvas::Canvas, layout::Layout, words::Words};
use crate::{
    MapView,
    view::{perceived, state, target},
};

/// Ink of headings and numbers.
const INK: &str = "#16202c";
/// Ink of what explains.
const SOFT: &str = "#55606d";
/// What is uncertain, and lines that only guide the eye.
const GREY: &str = "#8a8f98";

/// What is drawn in one column.
#[derive(Debug)]
struct Column<'a> {
    /// Middle of the column.
    x: f64,
    name: &'a str,
    captions: Vec<&'a str>,
    layer: Option<&'a Layer>,
    state: LayerState,
    target: Option<f64>,
    perceived: Option<f64>,
    weeks: &'a [Layer],
    alerts: Vec<&'a Alert>,
    changes: Vec<&'a TouchpointChange>,
}

impl Column<'_> {
    /// Net sentiment with its interval, where there is any.
    fn reading(&self) -> Option<(f64, f64, f64)> {
        let layer = self.layer.filter(|_| self.state != LayerState::NoData)?;
        let net = layer.net?;
        Some((net, layer.low.unwrap_or(net), layer.high.unwrap_or(net)))
    }

    /// Whether the number may be read without a caveat.
    fn is_ok(&self) -> bool {
        self.state == LayerState::Ok
    }
}

/// A picture of the map: stages as arrows, a column per touchpoint, the curve with 95 % intervals, and beneath it n,
/// interval, change and weeks. It is 1400 px wide, wider only with many touchpoints; it uses the reader's own fonts
/// and nothing from elsewhere. Layers that are too few or stale are hollow and say so; without data there is no point.
pub fn to_svg(view: &MapView<'_>) -> String {
    let words = words::words(view.language);
    let layout = Layout::of(view);
    let columns = columns(view, &layout);
    let mut canvas = Canvas::default();
    header::draw(&mut canvas, view, &layout, words);
    header::draw_stages(&mut canvas, view, &layout);
    chart::draw(&mut canvas, &columns, &layout, words);
    rows::draw(&mut canvas, &columns, &layout, words);
    rows::draw_legend(&mut canvas, &layout, words);
    document(view, &layout, words, &canvas.into_string())
}

fn columns<'a>(view: &'a MapView<'a>, layout: &Layout) -> Vec<Column<'a>> {
    let column = |(i, (stage, touchpoint)): (usize, (&'a crate::Stage, &'a crate::Touchpoint))| {
        let layer = view.touchpoint(stage, touchpoint);
        Column {
            x: layout.middle(i),
            name: view.say(&touchpoint.name),
            captions: [touchpoint.channel.as_deref(), touchpoint.owner.as_deref()].into_iter().flatten().collect(),
            layer,
            state: state(layer),
            target: target(layer, Some(touchpoint)),
            perceived: perceived(layer, Some(touchpoint)),
            weeks: view.weeks(&LayerNode::Touchpoint(stage.id.clone(), touchpoint.id.clone())),
            alerts: view.marks.alerts(&touchpoint.id),
            changes: view.marks.changes(&touchpoint.id),
        }
    };
    view.map.touchpoints().enumerate().map(column).collect()
}

fn document(view: &MapView<'_>, layout: &Layout, words: &Words, body: &str) -> String {
    let Layout { width, height, .. } = layout;
    let name = canvas::escape(view.say(&view.map.name));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" lang="{language}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'PingFang SC', 'PingFang TC', 'Hiragino Sans', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans CJK TC', 'WenQuanYi Zen Hei', sans-serif">
<title>{name}</title>
<desc>{note}</desc>
<defs>
<pattern id="nothing" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V8" stroke="#dfe3e8" stroke-width="2"/></pattern>
<linearGradient id="mood"><stop offset="0" stop-color="{negative}"/><stop offset="0.5" stop-color="{even}"/><stop offset="1" stop-color="{positive}"/></linearGradient>
</defs>
<rect width="100%" height="100%" fill="#ffffff"/>
{body}</svg>
"##,
        language = canvas::escape(view.language),
        note = canvas::escape(words.note),
        negative = colour::mood(-1.0),
        even = colour::mood(0.0),
        positive = colour::mood(1.0),
    )
}
