//! What a form is known by: where it stands on its page.

/// Where a form stands, read from the path of it or of a field in it: the form and the two steps above. Paths keep
/// eight steps from the element up, so that those of deep fields begin further down than those of others.
pub(crate) fn form_of(path: &str) -> &str {
    let steps: Vec<(usize, &str)> = path
        .split('>')
        .scan(0, |at, step| {
            let from = *at;
            *at += step.len() + 1;
            Some((from, step))
        })
        .collect();
    let is_form = |step: &str| step == "form" || step.starts_with("form:");
    let Some(last) = steps.iter().rposition(|(_, step)| is_form(step)) else {
        return "";
    };
    let from = steps.get(last.saturating_sub(2)).map_or(0, |(from, _)| *from);
    let to = steps.get(last).map_or(0, |(from, step)| from + step.len());
    path.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::form_of;

    #[test]
    fn a_form_is_known_by_its_place() {
        assert_eq!(form_of("body>header>div>form>input"), "header>div>form");
        assert_eq!(form_of("body>header>div>form"), "header>div>form");
        assert_eq!(form_of("main>section>form:2>div>label>input:3"), "main>section>form:2");
        assert_eq!(form_of("form>input"), "form");
        assert_eq!(form_of("body>main>formula>input"), "");
    }
}
