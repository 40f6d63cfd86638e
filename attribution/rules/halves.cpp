#include <gradpath/attribution/rules/halves.hpp>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr double next_to_nothing = 1e-10;

}  // namespace

Tensor first_half(const Tensor& t) { return slice(t, 0, 0, t.rows() / 2); }
Tensor second_half(const Tensor& t) { return slice(t, 0, t.rows() / 2, t.rows()); }
Tensor alone(const Tensor& half) { return concat({half, zeros_like(half)}); }

Halves::Halves(const Tensor& t, const Tensor& output) : here(t), there(t) {
    if (t.rank() < output.rank() || t.rank() == 0 || t.rows() != output.rows()) return;
    here = first_half(t);
    there = second_half(t);
}

Tensor Halves::difference() const { return here - there; }

void require_rows(const RuleCall& call, const std::string& method) {
    const Tensor& y = call.step.outputs[0];
    require(y.rank() >= 1 && y.rows() % 2 == 0, method, ": has no rule for ", where(call.step),
            " on a tensor whose first axis is not that of the rows");
}

void require_same_constants(const RuleCall& call, const std::string& method) {
    const Tensor& y = call.step.outputs[0];
    for (const Tensor& input : call.step.inputs) {
        if (input.is_tracked() || input.rank() != y.rank() || y.rank() == 0 || input.rows() != y.rows()) continue;
        require(same_bits(first_half(input), second_half(input)), method, ": has no rule for ", where(call.step),
                " of numbers that the input decides without a slope");
    }
}

Tensor quotient(const Tensor& share, const Tensor& dx, const Tensor& slope) {
    const Tensor tiny = less(abs(dx), next_to_nothing);
    return where(tiny, slope, share / where(tiny, ones_like(dx), dx));
}

}  // namespace gradpath::attribution
