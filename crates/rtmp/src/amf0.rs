//! AMF0 (Action Message Format 0, Adobe 2007), as far as RTMP commands need it. The reader copes with every type a server
//! may send, with a limit on nesting and on the number of values; the writer writes only what we send, in a fixed order.

/// Deepest nesting read.
const MAX_DEPTH: u32 = 16;
/// Most values read from one message, nested ones included.
const MAX_VALUES: u32 = 4096;

/// One AMF0 value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A double.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// Text; what was not UTF-8 is replaced.
    Text(String),
    /// An object or ECMA array, in the order it was written.
    Object(Vec<(String, Value)>),
    /// A strict array.
    Array(Vec<Value>),
    /// Null, undefined, unsupported, a reference or an XML document: nothing we look into.
    Nothing,
}

impl Value {
    /// The text of a text value.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(s) => Some(s),
            _ => None,
        }
    }
    /// The number of a number value.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            _ => None,
        }
    }
    /// A field of an object, when this is one and has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// Reads all values of a message. Stops at the first thing that is cut off, too deep or unknown and gives what came
/// before it, an unfinished object or array included: servers add things that only old Flash players know.
pub fn read_all(bytes: &[u8]) -> Vec<Value> {
    let mut r = Reader {
        rest: bytes,
        values_left: MAX_VALUES,
    };
    let mut out = Vec::new();
    while let Some(v) = r.value(0) {
        out.push(v);
    }
    out
}

struct Reader<'a> {
    rest: &'a [u8],
    values_left: u32,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(n)?;
        self.rest = tail;
        Some(head)
    }
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
    fn text(&mut self, length: usize) -> Option<String> {
        Some(String::from_utf8_lossy(self.take(length)?).into_owned())
    }
    fn short_text(&mut self) -> Option<String> {
        let n = u16::from_be_bytes(self.array()?);
        self.text(usize::from(n))
    }
    fn long_text(&mut self) -> Option<String> {
        let n = u32::from_be_bytes(self.array()?);
        self.text(usize::try_from(n).ok()?)
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.values_left = self.values_left.checked_sub(1)?;
        Some(match self.array::<1>()?[0] {
            0x00 => Value::Number(f64::from_be_bytes(self.array()?)),
            0x01 => Value::Bool(self.array::<1>()?[0] != 0),
            0x02 => Value::Text(self.short_text()?),
            0x03 => self.fields(depth),
            0x05 | 0x06 | 0x0d => Value::Nothing,
            0x07 => {
                self.take(2)?;
                Value::Nothing
            }
            0x08 => {
                self.take(4)?; // the number of fields, which is only a hint
                self.fields(depth)
            }
            0x0a => self.strict_array(depth)?,
            0x0b => {
                let ms = f64::from_be_bytes(self.array()?);
                self.take(2)?; // time zone, always 0
                Value::Number(ms)
            }
            0x0c => Value::Text(self.long_text()?),
            0x0f => {
                self.long_text()?;
                Value::Nothing
            }
            0x10 => {
                self.short_text()?; // class name
                self.fields(depth)
            }
            _ => return None,
        })
    }

    fn fields(&mut self, depth: u32) -> Value {
        let mut fields = Vec::new();
        while let Some(name) = self.short_text() {
            if name.is_empty() && self.rest.first() == Some(&0x09) {
                self.take(1);
                break;
            }
            let Some(value) = self.value(depth + 1) else {
                self.rest = &[];
                break;
            };
            fields.push((name, value));
        }
        Value::Object(fields)
    }

    fn strict_array(&mut self, depth: u32) -> Option<Value> {
        let count = u32::from_be_bytes(self.array()?);
        let mut values = Vec::new();
        for _ in 0..count {
            let Some(value) = self.value(depth + 1) else {
                self.rest = &[];
                break;
            };
            values.push(value);
        }
        Some(Value::Array(values))
    }
}

/// Writes values one after the other.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Adds a text value; cut at 65535 bytes (the callers' texts are far shorter, see `MAX_PART` of the address).
    pub fn text(mut self, s: &str) -> Self {
        self.bytes.push(0x02);
        self.raw_text(s);
        self
    }
    /// Adds a number.
    pub fn number(mut self, n: f64) -> Self {
        self.bytes.push(0x00);
        self.bytes.extend_from_slice(&n.to_be_bytes());
        self
    }
    /// Adds a null.
    pub fn null(mut self) -> Self {
        self.bytes.push(0x05);
        self
    }
    /// Adds an object.
    pub fn object(mut self, fields: &[(&str, Value)]) -> Self {
        self.bytes.push(0x03);
        self.raw_fields(fields);
        self
    }
    /// Adds an ECMA array: what `onMetaData` is written as by everybody else.
    pub fn ecma_array(mut self, fields: &[(&str, Value)]) -> Self {
        self.bytes.push(0x08);
        self.bytes.extend_from_slice(&(fields.len() as u32).to_be_bytes());
        self.raw_fields(fields);
        self
    }
    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn raw_text(&mut self, s: &str) {
        let mut end = s.len().min(usize::from(u16::MAX));
        while !s.is_char_boundary(end) {
            end -= 1;
        }
        self.bytes.extend_from_slice(&(end as u16).to_be_bytes());
        self.bytes.extend_from_slice(&s.as_bytes()[..end]);
    }
    fn raw_fields<N: AsRef<str>>(&mut self, fields: &[(N, Value)]) {
        for (name, value) in fields {
            self.raw_text(name.as_ref());
            self.raw_value(value);
        }
        self.bytes.extend_from_slice(&[0, 0, 0x09]);
    }
    fn raw_value(&mut self, value: &Value) {
        match value {
            Value::Number(n) => {
                self.bytes.push(0x00);
                self.bytes.extend_from_slice(&n.to_be_bytes());
            }
            Value::Bool(b) => self.bytes.extend_from_slice(&[0x01, u8::from(*b)]),
            Value::Text(s) => {
                self.bytes.push(0x02);
                self.raw_text(s);
            }
            Value::Object(fields) => {
                self.bytes.push(0x03);
                self.raw_fields(fields);
            }
            Value::Array(values) => {
                self.bytes.push(0x0a);
                self.bytes.extend_from_slice(&(values.len() as u32).to_be_bytes());
                values.iter().for_each(|v| self.raw_value(v));
            }
            Value::Nothing => self.bytes.push(0x05),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rml_amf0::Amf0Value;
    use std::collections::HashMap;

    /// Ours as theirs.
    fn foreign(v: &Value) -> Amf0Value {
        match v {
            Value::Number(n) => Amf0Value::Number(*n),
            Value::Bool(b) => Amf0Value::Boolean(*b),
            Value::Text(s) => Amf0Value::Utf8String(s.clone()),
            Value::Array(a) => Amf0Value::StrictArray(a.iter().map(foreign).collect()),
            Value::Object(f) => Amf0Value::Object(f.iter().map(|(n, v)| (n.clone(), foreign(v))).collect()),
            Value::Nothing => Amf0Value::Null,
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<f64>()
                .prop_filter("comparable", |n| !n.is_nan())
                .prop_map(Value::Number),
            any::<bool>().prop_map(Value::Bool),
            "[a-zA-Z0-9 äß]{0,20}".prop_map(Value::Text),
            Just(Value::Nothing),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                // One field, since theirs lose the order of more.
                ("[a-z]{1,8}", inner).prop_map(|f| Value::Object(vec![f])),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_rml_amf0_writes(values in prop::collection::vec(value(), 0..5)) {
            let bytes = rml_amf0::serialize(&values.iter().map(foreign).collect()).expect("serialises");
            prop_assert_eq!(read_all(&bytes), values);
        }

        #[test]
        fn garbage_is_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            read_all(&bytes);
        }

        #[test]
        fn garbage_of_markers_is_read_without_harm(
            bytes in prop::collection::vec(prop_oneof![0_u8..0x12, Just(0), Just(0xff)], 0..4000),
        ) {
            read_all(&bytes);
        }
    }

    #[test]
    fn rml_amf0_reads_what_we_write() {
        let fields = [
            ("width", Value::Number(1280.0)),
            ("stereo", Value::Bool(true)),
            ("encoder", Value::Text("F".into())),
        ];
        let w = Writer::default().text("connect").number(1.0).null();
        let bytes = w.object(&fields).ecma_array(&fields).finish();
        let map: HashMap<_, _> = fields.iter().map(|(n, v)| ((*n).to_owned(), foreign(v))).collect();
        let want = vec![
            Amf0Value::Utf8String("connect".into()),
            Amf0Value::Number(1.0),
            Amf0Value::Null,
            Amf0Value::Object(map.clone()),
            Amf0Value::Object(map),
        ];
        assert_eq!(rml_amf0::deserialize(&mut &bytes[..]).expect("valid"), want);
    }

    proptest! {
        #[test]
        fn rml_amf0_reads_what_we_write_of_any_depth(v in value()) {
            let bytes = Writer::default().object(&[("v", v.clone())]).finish();
            let read = rml_amf0::deserialize(&mut &bytes[..]).expect("valid");
            prop_assert_eq!(read, vec![foreign(&Value::Object(vec![("v".into(), v)]))]);
        }

        #[test]
        fn a_message_cut_anywhere_gives_a_beginning(values in prop::collection::vec(value(), 1..4), cut in any::<prop::sample::Index>()) {
            let bytes = rml_amf0::serialize(&values.iter().map(foreign).collect()).expect("serialises");
            let cut = cut.index(bytes.len());
            prop_assert!(read_all(&bytes[..cut]).len() <= values.len());
        }
    }

    #[test]
    fn nesting_and_counts_are_bounded() {
        // A megabyte of arrays in arrays would overflow the stack of a reader without limit.
        let nested = [0x0a, 0, 0, 0, 1].repeat(200_000);
        assert!(matches!(read_all(&nested)[..], [Value::Array(_)]));
        let objects = [0x03, 0, 1, b'a'].repeat(200_000);
        assert!(matches!(read_all(&objects)[..], [Value::Object(_)]));
        let mut long = vec![0x0a, 0xff, 0xff, 0xff, 0xff];
        long.extend(vec![0x05; 1_000_000]);
        let [Value::Array(a)] = &read_all(&long)[..] else {
            panic!("one array");
        };
        assert!(a.len() < MAX_VALUES as usize);
        assert_eq!(
            read_all(&[0x0c, 0xff, 0xff, 0xff, 0xff, b'x']),
            [],
            "a long text that is not there"
        );
    }

    #[test]
    fn keeps_what_came_before_the_unknown() {
        // An object with a field of a type that only Flash knew (AMF3, 0x11) after a useful one.
        let bytes = [
            &[0x03, 0, 4][..],
            b"code",
            &[0x02, 0, 2],
            b"ok",
            &[0, 1, b'x', 0x11, 1, 2, 3],
        ]
        .concat();
        assert_eq!(read_all(&bytes)[0].get("code").and_then(Value::text), Some("ok"));
        assert_eq!(read_all(&[0x02, 0, 2, 0xff, b'a']), [Value::Text("\u{fffd}a".into())]);
    }
}
