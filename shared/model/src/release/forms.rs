//! Forms and fields.

use testgram_protocol::privacy::value::ValueKind;

use testgram_sequence::Published;

use super::publishing::Publishing;
use crate::document::{Field, Form, InForm, Named};
use crate::facts::fact::{FactKind, Subject};
use crate::facts::histogram::Scale;
use crate::facts::tally::Cell;
use crate::facts::text;

impl Publishing<'_> {
    pub(super) fn forms(&self) -> Vec<Form> {
        let form = |(parts, _): (Vec<&str>, Published)| {
            let [page, number, form] = *parts.as_slice() else {
                return None;
            };
            let (page, number): (u32, u32) = (page.parse().ok()?, number.parse().ok()?);
            let of = |kind| Subject::new(kind, page, number);
            Some(Form {
                page: self.page_name(page)?,
                form: form.to_owned(),
                started: self.facts.fact(of(FactKind::Form))?,
                submitted: self.facts.either(of(FactKind::FormDone)),
                invalid: self.facts.bucket(of(FactKind::FormValid), 0),
                submit_ms: self.facts.histogram(Scale::Log, of(FactKind::FormTime)),
                filled: self.facts.histogram(Scale::Exact, of(FactKind::FormFilled)),
                fields: self.in_form(text::TextKind::FieldOf, page, number),
                drop_off: self.in_form(text::TextKind::DropOff, page, number),
            })
        };
        self.facts
            .published_texts(text::TextKind::Form)
            .into_iter()
            .filter_map(form)
            .collect()
    }

    /// The mix of fields in facts about a form.
    fn in_form(&self, kind: text::TextKind, page: u32, form: u32) -> Vec<InForm> {
        let of_form = |(parts, cell): (Vec<&str>, Cell)| {
            let [of, number, field] = *parts.as_slice() else {
                return None;
            };
            let known = of.parse() == Ok(page) && number.parse() == Ok(form);
            known.then(|| Some((Some(field.parse::<u32>().ok()?), cell)))?
        };
        let cells = self.facts.texts(kind).filter_map(of_form).collect();
        let rows = self.facts.mix((text::beginning(kind), page, form), cells, None);
        let row = |(field, times): (Option<u32>, Published)| {
            let (_, element) = self.element_name(field?)?;
            Some(InForm { element, times })
        };
        rows.into_iter().filter_map(row).collect()
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        let field = |(subject, times): (Subject, Published)| {
            let (number, _) = subject.pair();
            let (page, element) = self.element_name(number)?;
            let about = |kind| Subject::new(kind, number, 0);
            let histogram = |scale, kind| self.facts.histogram(scale, about(kind));
            let kinds = self.facts.buckets(about(FactKind::FieldValue)).into_iter();
            let kind = |(code, times): (u8, Published)| Named {
                name: ValueKind::ALL
                    .get(usize::from(code))
                    .map(|kind| kind.as_str().to_owned()),
                times,
            };
            Some(Field {
                page,
                element,
                times,
                kinds: kinds.map(kind).collect(),
                length: histogram(Scale::Length, FactKind::FieldLength),
                corrections: histogram(Scale::Log, FactKind::FieldEdits),
                ms: histogram(Scale::Log, FactKind::FieldTime),
                order: histogram(Scale::Exact, FactKind::FieldOrder),
                pasted: self.facts.either(about(FactKind::FieldPasted)),
                repeated: self.facts.either(about(FactKind::FieldRepeated)),
            })
        };
        self.facts.all(FactKind::Field).into_iter().filter_map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use testgram_protocol::privacy::value::ValueKind;

    #[test]
    fn kinds_stand_at_their_numbers() {
        for (place, kind) in ValueKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, place);
        }
    }
}
