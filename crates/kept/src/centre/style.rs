//! The one style sheet of all pages: that of the published policy, that of forms, that of the
//! centre.

/// The style of all pages.
pub(crate) fn style() -> String {
    [
        kept_policy::STYLE,
        include_str!("../api/forms/form.css"),
        include_str!("centre.css"),
    ]
    .join("\n")
}
