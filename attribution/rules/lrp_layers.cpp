// All rules are made of products with positive and negative weights. With s⁺ and s⁻ the parts of a folded scale, what
// counts upwards in a unit is s⁺ U + s⁻ D and what counts downwards s⁻ U + s⁺ D, where U = a⁺w⁺ + a⁻w⁻ ≥ 0 and
// D = a⁺w⁻ + a⁻w⁺ ≤ 0. z-box is the same with a - low and a - high for a⁺ and a⁻.
#include <gradpath/attribution/rules/lrp_layers.hpp>

#include <gradpath/attribution/rules/by_rules.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr double next_to_nothing = 1e-30;

Tensor above(const Tensor& t) { return relu(t); }
Tensor below(const Tensor& t) { return minimum(t, 0.0); }

/// What inputs give a block's units, upwards and downwards.
class Contributions {
public:
    /// rise ≥ 0 and fall ≤ 0 are like the block's input.
    Contributions(const LinearBlock& block, const Tensor& rise, const Tensor& fall)
        : Contributions(block, rise, fall, above(block.weights()), below(block.weights())) {}

    Tensor upwards() const { return up_scale_ * up() + down_scale_ * down(); }
    Tensor downwards() const { return down_scale_ * up() + up_scale_ * down(); }
    /// What each input gets where a unit hands out q for each unit of what counts upwards in it; and downwards.
    Tensor share_upwards(const Tensor& q) const { return shares(up_scale_ * q, down_scale_ * q); }
    Tensor share_downwards(const Tensor& q) const { return shares(down_scale_ * q, up_scale_ * q); }

private:
    Contributions(const LinearBlock& block, const Tensor& rise, const Tensor& fall, const Tensor& w_up,
                  const Tensor& w_down)
        : up_scale_(above(block.scale)),
          down_scale_(below(block.scale)),
          rise_up_(block.product, rise, w_up),
          rise_down_(block.product, rise, w_down),
          fall_up_(block.product, fall, w_up),
          fall_down_(block.product, fall, w_down) {}

    Tensor up() const { return rise_up_.output() + fall_down_.output(); }
    Tensor down() const { return rise_down_.output() + fall_up_.output(); }
    Tensor shares(const Tensor& of_up, const Tensor& of_down) const {
        return rise_up_.share(of_up) + fall_down_.share(of_up) + rise_down_.share(of_down) + fall_up_.share(of_down);
    }

    Tensor up_scale_, down_scale_;
    Product rise_up_, rise_down_, fall_up_, fall_down_;
};

Contributions by_sign(const LinearBlock& block) { return {block, above(block.input()), below(block.input())}; }

Tensor by_epsilon(const LinearBlock& block, const Tensor& r, double epsilon) {
    return Product(block.product, block.input(), block.weights())
        .share(block.scale * quotient_of(r, block.output, epsilon));
}

Tensor by_gamma(const LinearBlock& block, const Tensor& r, double gamma) {
    const Contributions parts = by_sign(block);
    const Tensor& z = block.output;
    const Tensor rises = greater(z, 0.0), falls = 1.0 - rises;
    const Tensor up = parts.upwards() + above(block.shift), down = parts.downwards() + below(block.shift);
    const Tensor q = quotient_of(r, z + (rises * up + falls * down) * gamma);
    return Product(block.product, block.input(), block.weights()).share(block.scale * q) +
           parts.share_upwards(rises * q * gamma) + parts.share_downwards(falls * q * gamma);
}

Tensor by_alpha_beta(const LinearBlock& block, const Tensor& r, double alpha) {
    const Contributions parts = by_sign(block);
    const Tensor upwards = parts.share_upwards(quotient_of(r, parts.upwards() + above(block.shift)) * alpha);
    if (alpha == 1) return upwards;
    return upwards - parts.share_downwards(quotient_of(r, parts.downwards() + below(block.shift)) * (alpha - 1));
}

Tensor by_box(const LinearBlock& block, const Tensor& r, const Lrp& o) {
    const Step& step = *block.product.step;
    require(block.at_input,
            "lrp: z-box needs a layer of the input, or of shifts and scales of it by constants: ", where(step),
            " is none; take another rule for it, such as z-plus");
    const Tensor one_end = block.from_input(o.low), other_end = block.from_input(o.high), a = block.input();
    const Contributions parts(block, a - minimum(one_end, other_end), a - maximum(one_end, other_end));
    return parts.share_upwards(quotient_of(r, parts.upwards()));
}

Tensor by_squares(const LinearBlock& block, const Tensor& r) {
    const Product squares(block.product, ones_like(block.input()), square(block.weights()));
    const Tensor scale = square(block.scale);
    return squares.share(scale * quotient_of(r, scale * squares.output()));
}

Tensor by_count(const LinearBlock& block, const Tensor& r) {
    const Product ones(block.product, ones_like(block.input()), ones_like(block.weights()));
    return ones.share(quotient_of(r, ones.output()));
}

/// A layer at the input is first even if it is the only one.
LrpRule rule_of(const LinearBlock& block, const Lrp& o) {
    const bool composite = o.rule == LrpRule::composite;
    const auto chosen = [&](const std::optional<LrpRule>& own, LrpRule in_composite) {
        return own.value_or(composite ? in_composite : o.rule);
    };
    if (block.first && (composite || o.first)) return chosen(o.first, LrpRule::z_box);
    if (block.top && (composite || o.top)) return chosen(o.top, LrpRule::zero);
    return block.is_convolution() ? chosen(o.convolution, LrpRule::gamma) : chosen(o.dense, LrpRule::epsilon);
}

}  // namespace

Tensor quotient_of(const Tensor& r, const Tensor& z, double epsilon) {
    if (epsilon > 0) return r / (z + (greater_equal(z, 0.0) * 2.0 - 1.0) * epsilon);
    const Tensor nothing = less(abs(z), next_to_nothing);
    return where(nothing, zeros_like(z), r / where(nothing, ones_like(z), z));
}

Tensor through_layer(const LinearBlock& block, const Tensor& relevance, const Lrp& o) {
    switch (rule_of(block, o)) {
        case LrpRule::zero: return by_epsilon(block, relevance, 0);
        case LrpRule::gamma: return by_gamma(block, relevance, o.gamma);
        case LrpRule::alpha_beta: return by_alpha_beta(block, relevance, o.alpha);
        case LrpRule::z_plus: return by_alpha_beta(block, relevance, 1);
        case LrpRule::z_box: return by_box(block, relevance, o);
        case LrpRule::flat: return by_count(block, relevance);
        case LrpRule::w_squared: return by_squares(block, relevance);
        case LrpRule::composite:
        case LrpRule::epsilon: break;
    }
    return by_epsilon(block, relevance, o.epsilon);
}

}  // namespace gradpath::attribution
