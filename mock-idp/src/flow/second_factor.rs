//! How a user gives a second proof: by which method, and the number that a phone asks for.

use aws_lc_rs::digest::{SHA256, digest};

use crate::directory::Method;

/// The method that a sign-in goes on with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The usual one of the account.
    #[default]
    Usual,
    /// The user wants to choose.
    ToBeChosen,
    /// The user chose this one.
    By(Method),
}

impl Way {
    /// What the button of a page says: the word of a method, or nothing to be asked.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Method::ALL.iter().find(|method| method.word() == word).map_or(Self::ToBeChosen, |method| Self::By(*method))
    }
}

/// A number on the page, to be found among three on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberMatch {
    /// The number on the page.
    pub shown: u8,
    /// The numbers on the phone; one of them is the number on the page.
    pub offered: [u8; 3],
}

impl NumberMatch {
    /// The numbers of the sign-in `ctx`, after so many that were missed: ninety in a row are shown before one comes again. They
    /// are no secret, as the page shows the right one; so they are made of what is unguessable already, and use up no randomness.
    #[must_use]
    pub fn of(ctx: &str, missed: u32) -> Self {
        let of_sign_in = digest(&SHA256, ctx.as_bytes());
        let of_try = digest(&SHA256, format!("{ctx} {missed}").as_bytes());
        let (Some(first), [second, third, place, ..]) = (of_sign_in.as_ref().first(), of_try.as_ref()) else {
            return Self { shown: 10, offered: [10, 11, 12] };
        };
        // Steps that have no divisor in common with 90 come by every number of two digits.
        let first = u32::from(*first) + 37 * (missed % 90);
        // Two digits, and three numbers that differ: the second is at most 44 ahead of the first, the third at least 45.
        let number = |ahead: u8| u8::try_from(10 + (first + u32::from(ahead)) % 90).unwrap_or(10);
        let shown = number(0);
        let mut offered = [shown, number(1 + second % 44), number(45 + third % 45)];
        offered.rotate_left(usize::from(place % 3));
        Self { shown, offered }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_have_two_digits_and_differ_and_the_right_one_is_among_them() {
        let mut places = [0; 3];
        for sign_in in 0..500 {
            let number = NumberMatch::of(&format!("ctx-{sign_in}"), sign_in % 3);
            let [a, b, c] = number.offered;
            assert!(number.offered.iter().all(|offered| (10..100).contains(offered)), "{number:?}");
            assert!(a != b && b != c && a != c, "{number:?}");
            let place = number.offered.iter().position(|offered| *offered == number.shown);
            places[place.expect("it is among them")] += 1;
        }
        assert!(places.iter().all(|times| *times > 50), "the right one stands anywhere: {places:?}");
    }

    #[test]
    fn a_number_that_was_missed_is_followed_by_another() {
        assert_eq!(NumberMatch::of("ctx", 0), NumberMatch::of("ctx", 0));
        let shown: HashSet<u8> = (0..90).map(|missed| NumberMatch::of("ctx", missed).shown).collect();
        assert_eq!(shown.len(), 90, "each number is shown once before one comes again");
    }
}
