//! In what the reference keeps what it was told. It knows no clause.
//!
//! A hunt folds many thousands of facts and looks at the end alone: plain vectors, changed in
//! place. Who keeps the state after each fact (a walk, a run that is looked at again) takes
//! persistent ones, which share what two states have in common. The code that judges is the same
//! for both.

use std::fmt::Debug;
use std::ops::IndexMut;

/// A kind of list for everything that grows.
pub trait Keep: Clone + Debug + 'static {
    /// Its list of these.
    type List<T: Clone + Debug + 'static>: Rows<T>;
}

/// A list.
pub trait Rows<T>: Clone + Debug + Default + IndexMut<usize, Output = T> {
    /// How many there are.
    fn len(&self) -> usize;
    /// The one in this place.
    fn get(&self, place: usize) -> Option<&T>;
    /// All, from the first.
    fn iter<'a>(&'a self) -> impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator
    where
        T: 'a;
    /// Adds one at the end.
    fn push(&mut self, row: T);
    /// Puts one before the one in this place.
    fn insert(&mut self, place: usize, row: T);
    /// Keeps the first so many.
    fn truncate(&mut self, len: usize);

    /// Whether there is none.
    #[inline]
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last one.
    #[inline]
    fn last(&self) -> Option<&T> {
        self.get(self.len().wrapping_sub(1))
    }

    /// Adds such rows at the end until there are so many.
    #[inline]
    fn grow(&mut self, len: usize, row: &T)
    where
        T: Clone,
    {
        while self.len() < len {
            self.push(row.clone());
        }
    }
}

/// Plain vectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plain;

/// Persistent vectors: a copy costs next to nothing, and a change a little.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Persistent;

impl Keep for Plain {
    type List<T: Clone + Debug + 'static> = Vec<T>;
}

impl Keep for Persistent {
    type List<T: Clone + Debug + 'static> = im::Vector<T>;
}

impl<T: Clone + Debug> Rows<T> for Vec<T> {
    #[inline]
    fn len(&self) -> usize {
        Vec::len(self)
    }

    #[inline]
    fn get(&self, place: usize) -> Option<&T> {
        <[T]>::get(self, place)
    }

    #[inline]
    fn iter<'a>(&'a self) -> impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator
    where
        T: 'a,
    {
        <[T]>::iter(self)
    }

    #[inline]
    fn push(&mut self, row: T) {
        Vec::push(self, row);
    }

    #[inline]
    fn insert(&mut self, place: usize, row: T) {
        Vec::insert(self, place, row);
    }

    #[inline]
    fn truncate(&mut self, len: usize) {
        Vec::truncate(self, len);
    }
}

impl<T: Clone + Debug> Rows<T> for im::Vector<T> {
    fn len(&self) -> usize {
        im::Vector::len(self)
    }

    fn get(&self, place: usize) -> Option<&T> {
        im::Vector::get(self, place)
    }

    fn iter<'a>(&'a self) -> impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator
    where
        T: 'a,
    {
        im::Vector::iter(self)
    }

    fn push(&mut self, row: T) {
        self.push_back(row);
    }

    fn insert(&mut self, place: usize, row: T) {
        im::Vector::insert(self, place, row);
    }

    fn truncate(&mut self, len: usize) {
        // The vector's own panics where there are fewer.
        if len < self.len() {
            im::Vector::truncate(self, len);
        }
    }
}
