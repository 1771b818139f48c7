//! A global allocator that counts.
//!
//! ```
//! use doorward_benches::counting::{self, Counting};
//!
//! #[global_allocator]
//! static ALLOCATOR: Counting = Counting;
//!
//! fn main() {
//!     let before = counting::count();
//!     drop(Box::new(7));
//!     assert_eq!(counting::count() - before, 1);
//! }
//! ```
//!
//! It counts by thread, so that what a test harness does meanwhile does not matter. What one thread allocates and another
//! frees is counted wrong; nothing here does that.
#![expect(unsafe_code, reason = "an allocator has no safe form")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counted.
#[derive(Debug)]
pub struct Counting;

/// Returns how many allocations this thread has made; growing one counts.
pub fn count() -> usize {
    COUNT.get()
}

/// Returns how many bytes this thread holds.
pub fn held_bytes() -> usize {
    HELD.get()
}

/// Returns the most bytes that this thread held at once during `call`, beyond what it held before, and what `call` returns.
pub fn peak_bytes<T>(call: impl FnOnce() -> T) -> (usize, T) {
    let before = HELD.get();
    PEAK.set(before);
    let result = call();
    (PEAK.get() - before, result)
}

fn took(bytes: usize) {
    COUNT.set(COUNT.get() + 1);
    let held = HELD.get().wrapping_add(bytes);
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

fn gave(bytes: usize) {
    HELD.set(HELD.get().saturating_sub(bytes));
}

// SAFETY: every call goes to the system's allocator as it came; counting touches only cells of this thread, which need no
// allocation and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's contract is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        gave(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // As if it grew where it stands, which large blocks do.
        gave(layout.size());
        took(bytes);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, bytes) }
    }
}
