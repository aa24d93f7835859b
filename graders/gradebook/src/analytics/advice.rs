//! What to do about a milestone that goes badly.

use serde::Serialize;

/// What a person should look at, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Advice {
    /// What it is about.
    pub topic: Topic,
    /// The milestone that it is about, if it is one.
    pub milestone: Option<u32>,
    /// One or two sentences for the instructor.
    pub text: &'static str,
}

/// What advice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Tensors, dense layers, activations: milestone 1.
    Fundamentals,
    /// Convolution and pooling: milestone 2.
    Convolution,
    /// Losses, gradients, optimizers and the loop around them: milestone 3.
    Pipeline,
    /// Training until it is good, and fast: milestone 4.
    Training,
    /// Parts that fit together and work for text as for images: milestone 5.
    FrameworkDesign,
    /// A submission that is refused before it runs.
    Toolchain,
    /// Time, illness, having given up: whatever only a conversation finds.
    Contact,
}

impl Topic {
    /// What a milestone is about.
    pub fn of_milestone(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Fundamentals),
            2 => Some(Self::Convolution),
            3 => Some(Self::Pipeline),
            4 => Some(Self::Training),
            5 => Some(Self::FrameworkDesign),
            _ => None,
        }
    }

    /// What helps one student.
    fn text(self) -> &'static str {
        match self {
            Self::Fundamentals => {
                "Go back to the fundamentals: shapes and broadcasting, a dense layer by hand on two rows, then each \
                 activation for very large and very small numbers."
            }
            Self::Convolution => {
                "Work through convolution: one 3x3 kernel on a 5x5 image on paper, then channels, stride and padding one \
                 at a time, each against the failed case that the report shows."
            }
            Self::Pipeline => {
                "Take the training pipeline apart: the gradient of one layer against finite differences, then one step of \
                 the optimizer, then one batch that must be learnt by heart, and only then whole epochs."
            }
            Self::Training => {
                "Look at the training together: the learning curve, the learning rate and its schedule, augmentation, and \
                 whether the checkpoint that was handed in is the best epoch's."
            }
            Self::FrameworkDesign => {
                "Review the framework's design: which parts the text model shares with the image model, what had to be \
                 copied, and where an interface was too narrow for it."
            }
            Self::Toolchain => {
                "Build and check one submission together with `tito build` and `tito milestone test`: they say what is \
                 refused, and why, before it is handed in."
            }
            Self::Contact => {
                "Talk to them: ask what holds them up, and give an extension or an accommodation before the next \
                 milestone is due."
            }
        }
    }
}

impl Advice {
    /// What helps one student with a topic.
    pub(crate) fn about(topic: Topic, milestone: Option<u32>) -> Self {
        Self { topic, milestone, text: topic.text() }
    }
}
