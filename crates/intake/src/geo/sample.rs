//! A writer of small databases in the MaxMind DB format, version 2, for tests.
//! It knows what tests need and no more.

use std::net::IpAddr;

/// A network with its length in bits, its country, and its region.
pub type Network<'a> = (&'a str, u32, &'a str, Option<&'a str>);

/// A database that knows some networks.
pub fn database(networks: &[Network<'_>]) -> Vec<u8> {
    let mut nodes: Vec<[Option<Record>; 2]> = vec![[None, None]];
    let mut data = Vec::new();
    for (address, length, country, region) in networks {
        let (bits, length) = match address.parse().unwrap() {
            IpAddr::V4(ip) => (u128::from(u32::from(ip)), 96 + length),
            IpAddr::V6(ip) => (u128::from(ip), *length),
        };
        let place = data.len();
        put_place(&mut data, country, *region);
        let mut at = 0;
        for depth in 0..length {
            let side = usize::from(bits >> (127 - depth) & 1 == 1);
            if depth + 1 == length {
                nodes[at][side] = Some(Record::Data(place));
            } else {
                at = match nodes[at][side] {
                    Some(Record::Node(next)) => next,
                    _ => {
                        nodes.push([None, None]);
                        let next = nodes.len() - 1;
                        nodes[at][side] = Some(Record::Node(next));
                        next
                    }
                };
            }
        }
    }
    let mut bytes = Vec::new();
    for record in nodes.iter().flatten() {
        let number = match record {
            None => nodes.len(),
            Some(Record::Node(node)) => *node,
            Some(Record::Data(place)) => nodes.len() + 16 + place,
        };
        bytes.extend_from_slice(&u32::try_from(number).unwrap().to_be_bytes()[1..]);
    }
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(&data);
    bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    put_metadata(&mut bytes, nodes.len());
    bytes
}

#[derive(Clone, Copy)]
enum Record {
    Node(usize),
    Data(usize),
}

fn put_place(data: &mut Vec<u8>, country: &str, region: Option<&str>) {
    data.push(7 << 5 | (1 + u8::from(region.is_some())));
    put_text(data, "country");
    put_code(data, country);
    if let Some(region) = region {
        put_text(data, "subdivisions");
        // A list of one, which is a type beyond those of the first byte.
        data.extend_from_slice(&[1, 11 - 7]);
        put_code(data, region);
    }
}

fn put_code(data: &mut Vec<u8>, code: &str) {
    data.push(7 << 5 | 1);
    put_text(data, "iso_code");
    put_text(data, code);
}

fn put_text(data: &mut Vec<u8>, text: &str) {
    let length = u8::try_from(text.len()).unwrap();
    match length {
        0..29 => data.push(2 << 5 | length),
        _ => data.extend_from_slice(&[2 << 5 | 29, length - 29]),
    }
    data.extend_from_slice(text.as_bytes());
}

fn put_metadata(bytes: &mut Vec<u8>, nodes: usize) {
    bytes.push(7 << 5 | 9);
    let number = |bytes: &mut Vec<u8>, name: &str, kind: u8, value: usize| {
        put_text(bytes, name);
        let value = u32::try_from(value).unwrap().to_be_bytes();
        match kind {
            // Of 16, of 32, and of 64 bits.
            5 => bytes.extend_from_slice(&[5 << 5 | 2, value[2], value[3]]),
            6 => bytes.push(6 << 5 | 4),
            _ => bytes.extend_from_slice(&[4, 9 - 7]),
        }
        if kind != 5 {
            bytes.extend_from_slice(&value);
        }
    };
    number(bytes, "node_count", 6, nodes);
    number(bytes, "record_size", 5, 24);
    number(bytes, "ip_version", 5, 6);
    number(bytes, "binary_format_major_version", 5, 2);
    number(bytes, "binary_format_minor_version", 5, 0);
    number(bytes, "build_epoch", 9, 1_700_000_000);
    put_text(bytes, "database_type");
    put_text(bytes, "Sample");
    put_text(bytes, "languages");
    bytes.extend_from_slice(&[0, 11 - 7]);
    put_text(bytes, "description");
    bytes.push(7 << 5);
}
