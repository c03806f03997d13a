//! Checks JSON against a JSON Schema as schemars writes them, so that every `#[schemars(range(..))]` is a rule and not only
//! a hint to an editor. Errors say where, what is there and what is allowed; fields the schema does not know are listed, not
//! refused.
//!
//! Knows: `$ref` into the same schema, `type`, `enum`, `const`, `anyOf`, `oneOf`, `allOf`, `minimum`, `maximum`, their
//! exclusive kin, the integer formats, lengths of texts and lists, `properties`, `additionalProperties`, `required`,
//! `items`. It does not know `pattern`: such types check themselves when they are read.

use crate::kind::{DocError, Unknown, join};
use serde_json::Value;

/// References followed in a row, against schemas that refer to themselves.
const MAX_DEPTH: u32 = 64;

/// Checks `value`, found at JSON path `path`, against `schema`; gives the fields the schema does not know.
///
/// # Errors
/// The first wrong value.
pub fn check(schema: &Value, value: &Value, path: &str) -> Result<Vec<Unknown>, DocError> {
    let mut unknown = vec![];
    let checker = Checker { root: schema };
    checker.check(schema, value, path, 0, &mut unknown)?;
    Ok(unknown)
}

struct Checker<'a> {
    root: &'a Value,
}

impl<'a> Checker<'a> {
    /// What a `$ref` means.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut at = schema;
        for _ in 0..MAX_DEPTH {
            let target = at.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
            match target.and_then(|p| self.root.pointer(p)) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    fn check(
        &self,
        schema: &'a Value,
        value: &Value,
        path: &str,
        depth: u32,
        unknown: &mut Vec<Unknown>,
    ) -> Result<(), DocError> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        let target = self.resolve(schema);
        if !std::ptr::eq(target, schema) {
            self.check(target, value, path, depth + 1, unknown)?;
        }
        for part in list(schema, "allOf") {
            self.check(part, value, path, depth + 1, unknown)?;
        }
        for word in ["anyOf", "oneOf"] {
            let parts = list(schema, word);
            if !parts.is_empty() {
                self.check_any(parts, value, path, depth, unknown)?;
            }
        }
        if !own_rules_hold(schema, value) {
            return Err(wrong(value, path, format!("must be {}", self.allowed(schema))));
        }
        match value {
            Value::Object(_) => self.check_object(schema, value, path, depth, unknown),
            Value::Array(items) => match schema.get("items") {
                Some(of) => items
                    .iter()
                    .enumerate()
                    .try_for_each(|(i, v)| self.check(of, v, &format!("{path}[{i}]"), depth + 1, unknown)),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn check_object(
        &self,
        schema: &'a Value,
        value: &Value,
        path: &str,
        depth: u32,
        unknown: &mut Vec<Unknown>,
    ) -> Result<(), DocError> {
        let known = schema.get("properties");
        let rest = schema.get("additionalProperties");
        for name in list(schema, "required").iter().filter_map(Value::as_str) {
            if value.get(name).is_none() {
                let what = known
                    .and_then(|k| k.get(name))
                    .map_or("given".into(), |s| self.allowed(s));
                return Err(DocError {
                    path: join(path, name),
                    found: "nothing".into(),
                    problem: format!("must be {what}"),
                });
            }
        }
        for (key, v) in value.as_object().into_iter().flatten() {
            let at = join(path, key);
            match (known.and_then(|k| k.get(key)), rest) {
                (Some(s), _) => self.check(s, v, &at, depth + 1, unknown)?,
                (None, Some(s @ Value::Object(_))) => self.check(s, v, &at, depth + 1, unknown)?,
                (None, Some(Value::Bool(true))) => {}
                (None, _) if known.is_some() => unknown.push(Unknown { path: at }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Holds when one of the parts does. Otherwise the error is that of the part the value is nearest to.
    fn check_any(
        &self,
        parts: &'a [Value],
        value: &Value,
        path: &str,
        depth: u32,
        unknown: &mut Vec<Unknown>,
    ) -> Result<(), DocError> {
        let mut best: Option<Vec<Unknown>> = None;
        let mut near = vec![];
        for part in parts {
            let mut own = vec![];
            match self.check(part, value, path, depth + 1, &mut own) {
                Ok(()) if best.as_ref().is_none_or(|b| own.len() < b.len()) => best = Some(own),
                Ok(()) => {}
                Err(e) if type_holds(self.resolve(part), value) => near.push((e, part)),
                Err(_) => {}
            }
        }
        if let Some(own) = best {
            unknown.extend(own);
            return Ok(());
        }
        // Variants told apart by a tag: the one with the right tag speaks.
        if near.len() > 1 {
            near.retain(|(_, part)| self.tags_hold(self.resolve(part), value));
        }
        match near.pop() {
            Some((e, _)) if near.is_empty() => Err(e),
            _ => {
                let all = self.any_of(parts);
                Err(wrong(value, path, format!("must be {all}")))
            }
        }
    }

    fn tags_hold(&self, schema: &Value, value: &Value) -> bool {
        let tags = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let mut tags = tags.filter_map(|(k, s)| s.get("const").map(|c| (k, c))).peekable();
        tags.peek().is_some() && tags.all(|(k, c)| value.get(k) == Some(c))
    }

    /// What a schema allows, in words that follow "must be".
    fn allowed(&self, schema: &'a Value) -> String {
        let schema = self.resolve(schema);
        for word in ["anyOf", "oneOf"] {
            let parts = list(schema, word);
            if !parts.is_empty() {
                return self.any_of(parts);
            }
        }
        let fixed = fixed_values(schema);
        if !fixed.is_empty() {
            return one_of(&fixed);
        }
        let types = types_of(schema);
        let words: Vec<String> = types.iter().map(|t| type_words(t, schema)).collect();
        if words.is_empty() {
            "something else".into()
        } else {
            words.join(" or ")
        }
    }

    fn any_of(&self, parts: &'a [Value]) -> String {
        let parts: Vec<&Value> = parts.iter().map(|p| self.resolve(p)).collect();
        let (fixed, others): (Vec<&Value>, Vec<&Value>) = parts.iter().partition(|p| !fixed_values(p).is_empty());
        let fixed: Vec<&Value> = fixed.into_iter().flat_map(fixed_values).collect();
        let mut words: Vec<String> = others.into_iter().map(|p| self.allowed(p)).collect();
        if !fixed.is_empty() {
            words.insert(0, one_of(&fixed));
        }
        words.dedup();
        words.join(" or ")
    }
}

fn list<'a>(schema: &'a Value, word: &str) -> &'a [Value] {
    schema.get(word).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn fixed_values(schema: &Value) -> Vec<&Value> {
    let of_enum = list(schema, "enum").iter();
    of_enum.chain(schema.get("const")).filter(|v| !v.is_null()).collect()
}

fn types_of(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(t)) => vec![t],
        Some(Value::Array(ts)) => ts.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

fn type_holds(schema: &Value, value: &Value) -> bool {
    let types = types_of(schema);
    types.is_empty()
        || types.into_iter().any(|t| match t {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        })
}

/// The rules of this very schema: type, fixed values, ranges, lengths.
fn own_rules_hold(schema: &Value, value: &Value) -> bool {
    if *schema == Value::Bool(false) || !type_holds(schema, value) {
        return false;
    }
    let fixed = list(schema, "enum");
    if !fixed.is_empty() && !fixed.contains(value) || schema.get("const").is_some_and(|c| c != value) {
        return false;
    }
    let n = |word| schema.get(word).and_then(Value::as_f64);
    if let Some(v) = value.as_f64() {
        let (low, high) = range(schema);
        return low.is_none_or(|m| v >= m)
            && high.is_none_or(|m| v <= m)
            && n("exclusiveMinimum").is_none_or(|m| v > m)
            && n("exclusiveMaximum").is_none_or(|m| v < m);
    }
    let (length, least, most) = match value {
        Value::String(s) => (s.chars().count(), "minLength", "maxLength"),
        Value::Array(a) => (a.len(), "minItems", "maxItems"),
        _ => return true,
    };
    n(least).is_none_or(|m| length as f64 >= m) && n(most).is_none_or(|m| length as f64 <= m)
}

/// Lowest and highest number: as said, and as the integer format has room for.
pub(crate) fn range(schema: &Value) -> (Option<f64>, Option<f64>) {
    let format = schema.get("format").and_then(Value::as_str);
    let (low, high): (Option<f64>, Option<f64>) = match format {
        Some("uint8") => (Some(0.0), Some(f64::from(u8::MAX))),
        Some("uint16") => (Some(0.0), Some(f64::from(u16::MAX))),
        Some("uint32") => (Some(0.0), Some(f64::from(u32::MAX))),
        Some("uint64" | "uint") => (Some(0.0), None),
        Some("int8") => (Some(f64::from(i8::MIN)), Some(f64::from(i8::MAX))),
        Some("int16") => (Some(f64::from(i16::MIN)), Some(f64::from(i16::MAX))),
        Some("int32") => (Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX))),
        _ => (None, None),
    };
    let n = |word| schema.get(word).and_then(Value::as_f64);
    let tighter = |a: Option<f64>, b: Option<f64>, f: fn(f64, f64) -> f64| match (a, b) {
        (Some(a), Some(b)) => Some(f(a, b)),
        (a, b) => a.or(b),
    };
    (
        tighter(n("minimum"), low, f64::max),
        tighter(n("maximum"), high, f64::min),
    )
}

fn one_of(values: &[&Value]) -> String {
    let words: Vec<String> = values.iter().map(|v| v.to_string()).collect();
    match words.as_slice() {
        [one] => one.clone(),
        _ => format!("one of {}", words.join(", ")),
    }
}

fn type_words(kind: &str, schema: &Value) -> String {
    let n = |word| schema.get(word).and_then(Value::as_f64);
    let span = |low: Option<f64>, high: Option<f64>, unit: &str| match (low, high) {
        (Some(a), Some(b)) => format!(" from {a} to {b}{unit}"),
        (Some(a), None) => format!(" of at least {a}{unit}"),
        (None, Some(b)) => format!(" of at most {b}{unit}"),
        (None, None) => String::new(),
    };
    let (low, high) = range(schema);
    match kind {
        "integer" => format!("a whole number{}", span(low, high, "")),
        "number" => {
            let low = low.or(n("exclusiveMinimum"));
            format!("a number{}", span(low, high.or(n("exclusiveMaximum")), ""))
        }
        "string" => format!("a text{}", span(n("minLength"), n("maxLength"), " characters")),
        "array" => format!("a list{}", span(n("minItems"), n("maxItems"), " entries")),
        "object" => "a group of fields in { }".into(),
        "boolean" => "true or false".into(),
        "null" => "null".into(),
        other => other.into(),
    }
}

fn wrong(value: &Value, path: &str, problem: String) -> DocError {
    DocError {
        path: path.to_owned(),
        found: crate::kind::shorten(value, path),
        problem,
    }
}
