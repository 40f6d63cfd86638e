#pragma once
// A formula explained, and its document read back.
#include <string_view>

namespace gradpath::tests {

/// The bytes are a formula, a line's end, and float64 numbers, NaN and infinite ones among them: its Integrated
/// Gradients at these. Throws Error for a formula or numbers that are refused, std::logic_error for a document that is
/// not JSON of the schema gradpath.result/1.
void explain_and_read(std::string_view bytes);

}  // namespace gradpath::tests
