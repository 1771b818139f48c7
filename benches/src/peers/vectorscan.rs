//! Vectorscan, loaded at run time from the file that `HS_LIB` names.
//!
//! On Debian, without installing it:
//!
//! ```text
//! apt-get download libvectorscan5 && dpkg -x libvectorscan5_*.deb vectorscan
//! export HS_LIB=$PWD/vectorscan/usr/lib/x86_64-linux-gnu/libhs.so.5
//! ```
#![expect(unsafe_code, reason = "Vectorscan is a C library")]

use std::env;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

use libloading::Library;

use super::frame::{Frame, Matcher};
use crate::calls::Calls;

/// `HS_FLAG_SINGLEMATCH`: each pattern is reported once.
const SINGLE_MATCH: c_uint = 8;
/// `HS_MODE_BLOCK`
const BLOCK: c_uint = 1;

type OnMatch = extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;
type Compile = unsafe extern "C" fn(
    *const *const c_char,
    *const c_uint,
    *const c_uint,
    c_uint,
    c_uint,
    *const c_void,
    *mut *mut c_void,
    *mut *mut CompileError,
) -> c_int;
type Scan = unsafe extern "C" fn(
    *mut c_void,
    *const c_char,
    c_uint,
    c_uint,
    *mut c_void,
    OnMatch,
    *mut c_void,
) -> c_int;
type AllocateScratch = unsafe extern "C" fn(*mut c_void, *mut *mut c_void) -> c_int;
type Free = unsafe extern "C" fn(*mut c_void) -> c_int;

#[repr(C)]
struct CompileError {
    message: *const c_char,
    expression: c_int,
}

/// The library, and the functions that are called after compiling.
struct Functions {
    scan: Scan,
    free_database: Free,
    free_scratch: Free,
}

/// A database and the room to scan with it.
struct Database {
    functions: Functions,
    database: *mut c_void,
    scratch: *mut c_void,
}

/// Compiles the rules; `None` when `HS_LIB` is not set.
pub fn new(calls: &Calls) -> Option<Frame> {
    let file = env::var_os("HS_LIB")?;
    // SAFETY: the library's initializers are those of Vectorscan, which need nothing. It is never unloaded, so functions
    // taken from it stay valid.
    let library = unsafe { Library::new(file) }.expect("`HS_LIB` is a library");
    let library: &'static Library = Box::leak(Box::new(library));
    Some(Frame::new(calls, |patterns| {
        Box::new(Database::new(library, patterns))
    }))
}

impl Database {
    fn new(library: &'static Library, patterns: &[String]) -> Self {
        let texts: Vec<CString> = patterns
            .iter()
            .map(|pattern| CString::new(pattern.as_str()).expect("it holds no zero"))
            .collect();
        let pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
        let count = c_uint::try_from(texts.len()).expect("there are fewer");
        let flags = vec![SINGLE_MATCH; texts.len()];
        let numbers: Vec<c_uint> = (0..count).collect();
        let (mut database, mut scratch) = (ptr::null_mut(), ptr::null_mut());
        let mut error: *mut CompileError = ptr::null_mut();
        // SAFETY: the types are those of the functions in `hs_compile.h` and `hs_runtime.h`. The three lists have `count`
        // elements and live until the call is over; an error that is reported points to a message that stays valid.
        unsafe {
            let compile = *function::<Compile>(library, b"hs_compile_multi\0");
            let result = compile(
                pointers.as_ptr(),
                flags.as_ptr(),
                numbers.as_ptr(),
                count,
                BLOCK,
                ptr::null(),
                &raw mut database,
                &raw mut error,
            );
            let message = error.as_ref().map(|error| {
                let index = usize::try_from(error.expression).ok();
                let pattern = index.and_then(|index| patterns.get(index));
                format!("{:?} in {pattern:?}", CStr::from_ptr(error.message))
            });
            assert_eq!((result, message), (0, None), "the patterns compile");
            let allocate = *function::<AllocateScratch>(library, b"hs_alloc_scratch\0");
            assert_eq!(allocate(database, &raw mut scratch), 0, "there is room");
            Self {
                functions: Functions {
                    scan: *function(library, b"hs_scan\0"),
                    free_database: *function(library, b"hs_free_database\0"),
                    free_scratch: *function(library, b"hs_free_scratch\0"),
                },
                database,
                scratch,
            }
        }
    }
}

/// Returns a function of the library.
///
/// # Safety
///
/// It must be of the type `F`.
unsafe fn function<F>(library: &'static Library, name: &[u8]) -> libloading::Symbol<'static, F> {
    // SAFETY: as the caller promises.
    unsafe { library.get(name) }.expect("Vectorscan has it")
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: both were made by the library and are used nowhere else.
        unsafe {
            (self.functions.free_scratch)(self.scratch);
            (self.functions.free_database)(self.database);
        }
    }
}

extern "C" fn note(
    number: c_uint,
    _from: c_ulonglong,
    _to: c_ulonglong,
    _flags: c_uint,
    found: *mut c_void,
) -> c_int {
    // SAFETY: `scan` hands over a list that nobody else has meanwhile.
    unsafe { (*found.cast::<Vec<u32>>()).push(number) };
    0
}

impl Matcher for Database {
    fn scan(&mut self, text: &str, found: &mut Vec<u32>) {
        let bytes = c_uint::try_from(text.len()).expect("texts are short");
        // SAFETY: the text is that long, and the list outlives the call, in which `note` alone touches it.
        let result = unsafe {
            (self.functions.scan)(
                self.database,
                text.as_ptr().cast(),
                bytes,
                0,
                self.scratch,
                note,
                ptr::from_mut(found).cast(),
            )
        };
        assert_eq!(result, 0, "the scan succeeds");
    }
}
