//! An int8 matrix, laid out as a kernel walks through it.

use crate::simd::{LANES, Quad};

/// A matrix of `outputs` × `inputs` bytes, a scale and an offset per output.
///
/// Sixteen outputs make a panel; a panel is a run of [`Quad`]s, four inputs each. A kernel takes several panels at
/// once: such a group's panels alternate quad by quad, so that the group is read from front to back. Panels left over
/// stand alone.
pub(crate) struct Matrix {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    quads: Vec<Quad>,
    panels_at_once: usize,
    /// What a group's outputs need after the products.
    panels: Vec<Panel>,
}

/// The order a kernel wants the weights in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In [`Quad`]s, for tiles of so many panels.
    Quads { panels_at_once: usize },
    /// Output after output, all inputs of one side by side; no quads but in name.
    Rows,
}

/// Sixteen outputs: sums of their weights, scales and offsets.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Panel {
    pub(crate) sums: [i32; LANES],
    pub(crate) scales: [f32; LANES],
    pub(crate) offsets: [f32; LANES],
}

/// Consecutive panels that are worked on together.
pub(crate) struct Group<'a> {
    /// Place of its first output.
    pub(crate) first_output: usize,
    pub(crate) panels: &'a [Panel],
    pub(crate) quads: &'a [Quad],
}

impl Matrix {
    /// Packs `weights` (output after output, `scales.len()` × `inputs`) as `layout` says. Outputs must be a multiple of 16, inputs of 4: whoever reads weights has checked that.
    pub(crate) fn pack(weights: &[i8], scales: &[f32], offsets: &[f32], layout: Layout) -> Self {
        let outputs = scales.len();
        let inputs = weights.len() / outputs;
        assert!(outputs.is_multiple_of(LANES) && inputs.is_multiple_of(4) && offsets.len() == outputs);
        let panel = |first: usize| {
            let mut panel = Panel { sums: [0; LANES], scales: [0.0; LANES], offsets: [0.0; LANES] };
            for lane in 0..LANES {
                let output = first * LANES + lane;
                let row = &weights[output * inputs..(output + 1) * inputs];
                panel.sums[lane] = row.iter().map(|w| i32::from(*w)).sum();
                panel.scales[lane] = scales[output];
                panel.offsets[lane] = offsets[output];
            }
            panel
        };
        let panels: Vec<Panel> = (0..outputs / LANES).map(panel).collect();
        let Layout::Quads { panels_at_once } = layout else {
            let quads = weights.as_chunks().0.iter().map(|weights| Quad(*weights)).collect();
            return Self { inputs, outputs, quads, panels_at_once: 1, panels };
        };
        let mut quads = Vec::with_capacity(weights.len() / (4 * LANES));
        let mut first = 0;
        while first < panels.len() {
            let together = if first + panels_at_once <= panels.len() { panels_at_once } else { 1 };
            for input in (0..inputs).step_by(4) {
                for panel in first..first + together {
                    let mut quad = Quad([0; 4 * LANES]);
                    for (lane, out) in quad.0.chunks_exact_mut(4).enumerate() {
                        let start = (panel * LANES + lane) * inputs + input;
                        out.copy_from_slice(&weights[start..start + 4]);
                    }
                    quads.push(quad);
                }
            }
            first += together;
        }
        Self { inputs, outputs, quads, panels_at_once, panels }
    }

    /// The groups, in the order of their outputs; each of `panels_at_once` panels or of one.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let per_panel = self.inputs / 4;
        let mut first = 0;
        std::iter::from_fn(move || {
            let left = self.panels.len() - first;
            let together = if left >= self.panels_at_once { self.panels_at_once } else { left.min(1) };
            let group = Group {
                first_output: first * LANES,
                panels: &self.panels[first..first + together],
                quads: &self.quads[first * per_panel..(first + together) * per_panel],
            };
            first += together;
            (together > 0).then_some(group)
        })
    }
}

impl Group<'_> {
    /// The weights as they lie.
    pub(crate) fn weights(&self) -> &[i8] {
        // SAFETY: a `Quad` is 64 bytes, aligned to 64, so a slice of them is that many bytes without gaps.
        unsafe { std::slice::from_raw_parts(self.quads.as_ptr().cast(), size_of_val(self.quads)) }
    }
}
