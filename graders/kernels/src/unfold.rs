//! The layout in which a convolution becomes a matrix product: every element of the kernel has a row of what it meets.
//!
//! An image is first spread: padding is put around it, and what lies `stride` apart is put side by side, in a plane for
//! each phase of the stride. There a row is met by every element of the kernel at consecutive places, whatever the stride,
//! so that unfolding copies long runs; at the end of each row of places come a few that are none, whose results nobody
//! looks at. Where these would be many, rows are copied one by one.

use crate::window::Sweep;

/// Elements of columns at a time: 512 KiB, half of a core's second-level cache.
const COLUMNS: usize = 1 << 17;

/// Images at a time. A product of a few places is a slow one.
const IMAGES: usize = 16;

/// The layout of one convolution.
pub(crate) struct Unfold {
    sweep: Sweep,
    /// The extents of a phase's plane.
    extents: [usize; 2],
    /// How far rows of places are apart in the columns.
    step: usize,
}

/// What is unfolded at a time: so many images, of each these rows of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) images: usize,
    pub(crate) first: usize,
    pub(crate) rows: usize,
}

impl Unfold {
    pub(crate) fn new(sweep: Sweep) -> Self {
        let extent = |axis: usize| {
            let [kernel, stride] = [sweep.window.kernel[axis], sweep.window.stride[axis]];
            sweep.places[axis] + ((kernel - 1) / stride) as usize
        };
        let (extents, places) = ([extent(0), extent(1)], sweep.places[1]);
        let step = if 7 * extents[1] <= 8 * places { extents[1] } else { places };
        Self { sweep, extents, step }
    }

    /// The rows of columns: a kernel over all channels.
    pub(crate) fn depth(&self) -> usize {
        self.sweep.channels * self.sweep.window.area()
    }

    /// How many images make a block.
    pub(crate) fn images(&self) -> usize {
        (COLUMNS / (self.depth() * self.sweep.places[0] * self.step).max(1)).clamp(1, IMAGES)
    }

    /// The blocks of so many images, no more than [`images`](Self::images).
    pub(crate) fn blocks(&self, images: usize) -> impl Iterator<Item = Block> {
        let places = self.sweep.places[0];
        let most = if images > 1 { places } else { (COLUMNS / (self.depth() * self.step).max(1)).max(1) };
        (0..places).step_by(most).map(move |first| Block { images, first, rows: most.min(places - first) })
    }

    /// The width of a block's columns.
    pub(crate) fn width(&self, block: Block) -> usize {
        block.images * block.rows * self.step
    }

    /// The elements of a spread image, and those that a run may read behind it.
    pub(crate) fn spread_elements(&self) -> usize {
        let [phases_y, phases_x] = self.phases();
        self.sweep.channels * phases_y * phases_x * self.plane() + self.extents[1]
    }

    /// Spreads one image in a buffer whose padding is zero already.
    pub(crate) fn spread(&self, image: &[f32], buffer: &mut [f32]) {
        self.each_row(|row, at, stride, len| {
            let source = &image[row.clone()];
            let target = &mut buffer[at..at + len];
            match stride {
                1 => target.copy_from_slice(&source[..len]),
                _ => target.iter_mut().zip(source.iter().step_by(stride)).for_each(|(to, from)| *to = *from),
            }
        });
    }

    /// Gathers an image from where [`spread`](Self::spread) puts it; what no window sees keeps what it has.
    pub(crate) fn gather(&self, buffer: &[f32], image: &mut [f32]) {
        self.each_row(|row, at, stride, len| {
            let (target, source) = (&mut image[row], &buffer[at..at + len]);
            target.iter_mut().step_by(stride).zip(source).for_each(|(to, from)| *to = *from);
        });
    }

    /// Unfolds the spread image number `image` of a block.
    pub(crate) fn unfold(&self, buffer: &[f32], block: Block, image: usize, columns: &mut [f32]) {
        let part = self.part(block, image);
        let rows = columns.chunks_exact_mut(self.width(block));
        for (row, start) in rows.zip(self.starts(block.first)) {
            let target = &mut row[part.clone()];
            if self.step == self.extents[1] {
                target.copy_from_slice(&buffer[start..start + target.len()]);
                continue;
            }
            let source = &buffer[start..];
            match self.step {
                4 => copy_rows::<4>(source, self.extents[1], target),
                8 => copy_rows::<8>(source, self.extents[1], target),
                16 => copy_rows::<16>(source, self.extents[1], target),
                step => {
                    let sources = source.chunks(self.extents[1]);
                    for (target, source) in target.chunks_exact_mut(step).zip(sources) {
                        target.copy_from_slice(&source[..step]);
                    }
                }
            }
        }
    }

    /// Adds columns back to where [`unfold`](Self::unfold) takes them from. Those of places that are none must be zero.
    pub(crate) fn fold(&self, columns: &[f32], block: Block, image: usize, buffer: &mut [f32]) {
        let part = self.part(block, image);
        for (row, start) in columns.chunks_exact(self.width(block)).zip(self.starts(block.first)) {
            let source = &row[part.clone()];
            if self.step == self.extents[1] {
                buffer[start..].iter_mut().zip(source).for_each(|(to, from)| *to += from);
                continue;
            }
            let targets = buffer[start..].chunks_mut(self.extents[1]);
            for (target, source) in targets.zip(source.chunks_exact(self.step)) {
                target.iter_mut().zip(source).for_each(|(to, from)| *to += from);
            }
        }
    }

    /// Tells the runs of places of a block, which are rows, or all rows of an image where nothing is between them: by the
    /// image, the first row, and where the run stands in a row of columns.
    pub(crate) fn each_run(&self, block: Block, mut tell: impl FnMut(usize, usize, std::ops::Range<usize>)) {
        let width = self.sweep.places[1];
        let rows = if self.step == width { block.rows } else { 1 };
        for image in 0..block.images {
            for row in (0..block.rows).step_by(rows) {
                let start = (image * block.rows + row) * self.step;
                tell(image, block.first + row, start..start + rows * width);
            }
        }
    }

    /// Where an image stands in a block's columns.
    fn part(&self, block: Block, image: usize) -> std::ops::Range<usize> {
        let each = block.rows * self.step;
        image * each..(image + 1) * each
    }

    /// The phases that the kernel meets.
    fn phases(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.sweep.window.stride[axis].min(self.sweep.window.kernel[axis]) as usize)
    }

    /// The elements of a phase's plane.
    fn plane(&self) -> usize {
        self.extents[0] * self.extents[1]
    }

    /// Where each element of the kernel over all channels meets the first place of a row of places.
    fn starts(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        let [kernel, stride] = [self.sweep.window.kernel, self.sweep.window.stride]
            .map(|pair| pair.map(|length| length as usize));
        let [phases_y, phases_x] = self.phases();
        let element = move |channel: usize, y: usize, x: usize| {
            let phase = (channel * phases_y + y % stride[0]) * phases_x + x % stride[1];
            phase * self.plane() + (first + y / stride[0]) * self.extents[1] + x / stride[1]
        };
        (0..self.sweep.channels).flat_map(move |channel| {
            (0..kernel[0]).flat_map(move |y| (0..kernel[1]).map(move |x| element(channel, y, x)))
        })
    }

    /// Tells every row of every phase that lies in the image: what of the image it is, from the first element to the last,
    /// where it stands in the buffer, how far its elements are apart in the image, and how many they are.
    fn each_row(&self, mut tell: impl FnMut(std::ops::Range<usize>, usize, usize, usize)) {
        let Sweep { window, channels, height, width, .. } = self.sweep;
        let [stride, padding] =
            [window.stride, window.padding].map(|pair| pair.map(|length| length as usize));
        let [phases_y, phases_x] = self.phases();
        for (channel, phase_y) in (0..channels).flat_map(|c| (0..phases_y).map(move |p| (c, p))) {
            for phase_x in 0..phases_x {
                let columns = window.inside(1, phase_x, width, self.extents[1]);
                let phase = (channel * phases_y + phase_y) * phases_x + phase_x;
                for row in
                    window.inside(0, phase_y, height, self.extents[0]).take_while(|_| !columns.is_empty())
                {
                    let y = channel * height + row * stride[0] + phase_y - padding[0];
                    let first = y * width + columns.start * stride[1] + phase_x - padding[1];
                    let last = first + (columns.len() - 1) * stride[1];
                    let at = phase * self.plane() + row * self.extents[1] + columns.start;
                    tell(first..last + 1, at, stride[1], columns.len());
                }
            }
        }
    }
}

/// Copies rows of a length that is known when this is compiled, and so without a call for each.
fn copy_rows<const LENGTH: usize>(source: &[f32], apart: usize, target: &mut [f32]) {
    let sources = source.chunks(apart).map(|row| row.first_chunk::<LENGTH>().expect("a row has its places"));
    target.as_chunks_mut::<LENGTH>().0.iter_mut().zip(sources).for_each(|(to, from)| *to = *from);
}
