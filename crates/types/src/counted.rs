//! Numbers of things, in words.

/// `1 mention`, `2 mentions`: a number of things whose plural takes an s.
pub fn counted(number: impl TryInto<u64>, one: &str) -> String {
    match number.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(counted(0, "mention"), "0 mentions");
        assert_eq!(counted(1_u64, "mention"), "1 mention");
        assert_eq!(counted(2_usize, "mention"), "2 mentions");
    }
}
