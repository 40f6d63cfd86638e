// The figures of compare, a function each, in the order of the table.
#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/attribution/quality/completeness.hpp>
#include <gradpath/attribution/quality/complexity.hpp>
#include <gradpath/attribution/quality/infidelity.hpp>
#include <gradpath/attribution/quality/information.hpp>
#include <gradpath/attribution/quality/insertion_deletion.hpp>
#include <gradpath/attribution/quality/masking.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/attribution/quality/road.hpp>
#include <gradpath/attribution/quality/sensitivity_max.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/comparison.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;
using PerRow = std::vector<double>;

/// A field of each row's result.
template <class Results, class Field>
PerRow each(const Results& results, Field field) {
    PerRow list;
    for (const auto& result : results) list.push_back(result.*field);
    return list;
}

PerRow completeness(const Contest&, Contestant& c) {
    if (!c.f_baseline) return {};
    return each(quality::completeness(c.values, c.f_input, *c.f_baseline), &quality::Completeness::relative_gap);
}

PerRow cancellation(const Contest&, Contestant& c) {
    if (!c.f_baseline) return {};
    return each(quality::completeness(c.values, c.f_input, *c.f_baseline), &quality::Completeness::cancellation);
}

/// The mean of all rows' curves, which have the same x.
template <class Curve>
MeanCurve mean_curve(const std::vector<Curve>& curves, std::vector<double> Curve::*x, std::vector<double> Curve::*y) {
    MeanCurve mean{curves.front().*x, {}, {}, {}};
    for (std::size_t k = 0; k < mean.x.size(); ++k) {
        PerRow there;
        for (const Curve& curve : curves) there.push_back((curve.*y)[k]);
        const quality::Confidence c = quality::confidence(there);
        mean.y.push_back(c.mean);
        mean.low.push_back(c.low);
        mean.high.push_back(c.high);
    }
    return mean;
}

using Pixels = quality::PixelCurve;

quality::PixelSteps pixel_steps(const Contest& q) { return {.target = q.target, .seed = q.seed, .run = q.run}; }

PerRow deletion(const Contest& q, Contestant& c) {
    const auto curves = quality::deletion(q.subject.run, q.x, c.values, pixel_steps(q));
    c.curves["deletion"] = mean_curve(curves, &Pixels::changed, &Pixels::value);
    return each(curves, &Pixels::area);
}

PerRow insertion(const Contest& q, Contestant& c) {
    const auto curves = quality::insertion(q.subject.run, q.x, c.values, pixel_steps(q));
    c.curves["insertion"] = mean_curve(curves, &Pixels::changed, &Pixels::value);
    return each(curves, &Pixels::area);
}

PerRow road(const Contest& q, Contestant& c) {
    const auto curves = quality::road(q.subject.run, q.x, c.values, {.seed = q.seed, .run = q.run});
    c.curves["road"] = mean_curve(curves, &quality::RoadCurve::shares, &quality::RoadCurve::probability);
    return each(curves, &quality::RoadCurve::area);
}

/// masking_curves gives means over rows, so each row is asked by itself.
PerRow masked(const Contest& q, Contestant& c, const char* name, std::vector<double> quality::MaskingCurves::*curve) {
    PerRow list;
    std::vector<quality::MaskingCurves> curves;
    for (Index r = 0; r < q.x.rows(); ++r) {
        const quality::MaskingCurves& found = curves.emplace_back(quality::masking_curves(
            q.subject.run, slice(q.x, 0, r, r + 1), slice(c.values, 0, r, r + 1), {.seed = q.seed, .run = q.run}));
        list.push_back(quality::area_under(found.areas, found.*curve) / (found.areas.back() - found.areas.front()));
    }
    c.curves[name] = mean_curve(curves, &quality::MaskingCurves::areas, curve);
    return list;
}

PerRow comprehensiveness(const Contest& q, Contestant& c) {
    return masked(q, c, "comprehensiveness", &quality::MaskingCurves::comprehensiveness);
}

PerRow sufficiency(const Contest& q, Contestant& c) {
    return masked(q, c, "sufficiency", &quality::MaskingCurves::sufficiency);
}

PerRow infidelity(const Contest& q, Contestant& c) {
    return quality::infidelity(
        q.subject.run, q.x, c.values,
        {.target = q.target, .difference = c.difference, .normalised = true, .seed = q.seed, .run = q.run});
}

/// Over the share of the bits of a picture that is shown.
PerRow information(const Contest& q, Contestant& c, const char* name,
                   std::vector<double> quality::InformationCurve::*curve, double quality::InformationCurve::*area) {
    struct OverBits {
        std::vector<double> bits, performance;
    };
    std::vector<OverBits> kept;
    const auto curves = quality::information_curves(q.subject.run, q.x, c.values, {.seed = q.seed, .run = q.run});
    for (const quality::InformationCurve& found : curves) {
        if (found.left_out) continue;
        OverBits& points = kept.emplace_back(OverBits{{}, found.*curve});
        const auto last = static_cast<double>(points.performance.size() - 1);
        for (double k = 0; k <= last; ++k) points.bits.push_back(k / last);
    }
    if (!kept.empty()) c.curves[name] = mean_curve(kept, &OverBits::bits, &OverBits::performance);
    return each(curves, area);
}

PerRow softmax_information(const Contest& q, Contestant& c) {
    using Curve = quality::InformationCurve;
    return information(q, c, "sic", &Curve::softmax, &Curve::softmax_area);
}

PerRow accuracy_information(const Contest& q, Contestant& c) {
    using Curve = quality::InformationCurve;
    return information(q, c, "aic", &Curve::accuracy, &Curve::accuracy_area);
}

/// The method asked again at other rows, with the same options, seed and targets.
PerRow sensitivity(const Contest& q, Contestant& c) {
    if (c.control) return {};
    const attribution::Method& method = attribution::find_method(c.name);
    const quality::Explain again = [&](const Tensor& x) {
        return method.run(q.subject.run, x, {.target = q.target, .seed = q.seed, .run = q.run, .set = c.set}).values;
    };
    return quality::sensitivity_max(again, q.x, {.seed = q.seed});
}

/// A figure of the numbers alone.
PerRow of_values(const Contestant& c, double (*figure)(quality::List)) {
    const Tensor numbers = flatten(c.values.to(DType::float64));
    const auto width = static_cast<std::size_t>(numbers.size() / numbers.rows());
    PerRow list;
    for (std::size_t first = 0; first < static_cast<std::size_t>(numbers.size()); first += width)
        list.push_back(figure(numbers.data<double>().subspan(first, width)));
    return list;
}

PerRow entropy(const Contest&, Contestant& c) { return of_values(c, quality::entropy); }
PerRow gini(const Contest&, Contestant& c) { return of_values(c, quality::gini); }

}  // namespace

std::span<const Measure> measures() {
    using enum Better;
    static constexpr std::array<Measure, 13> list{{
        {"completeness", "|sum of a - dF| / max(|dF|, sum of |a|, 1e-12)", low, false, true, completeness},
        {"cancellation", "sum of |a| / |dF|; 1 where nothing cancels", neither, false, true, cancellation},
        {"deletion", "mean probability of the class while features turn to zero, the largest a first", low, false, true,
         deletion, "share of features removed", "probability of the class"},
        {"insertion", "mean probability while pixels come back onto a blurred picture", high, true, true, insertion,
         "share of pixels put in", "probability of the class"},
        {"road", "mean probability while removed pixels are imputed from their neighbours", low, true, true, road,
         "share of pixels removed", "probability of the class"},
        {"comprehensiveness", "fall of the probability with the top 1 to 65 % by |a| masked, mean", high, false, true,
         comprehensiveness, "share of pixels masked", "fall of the probability"},
        {"sufficiency", "fall of the probability with all but the top 1 to 65 % masked, mean", low, false, true,
         sufficiency, "share of pixels left", "fall of the probability"},
        {"infidelity",
         "mean squared error of the change foretold for normal noise of 0.1, scaled (squared logits); of a method with "
         "a baseline, values count divided by input less baseline",
         low, false, true, infidelity},
        {"sic", "area under probability over bits shown", high, true, true, softmax_information,
         "share of the bits shown", "probability of the class"},
        {"aic", "area under accuracy over bits shown", high, true, true, accuracy_information,
         "share of the bits shown", "share of pictures recognised"},
        {"sensitivity-max", "largest relative change of the answer for inputs within 0.02", low, false, false,
         sensitivity},
        {"entropy", "of the shares |a| / sum, in nats", neither, false, true, entropy},
        {"gini", "of |a|: 0 all alike, towards 1 one pixel has all", neither, false, true, gini},
    }};
    return list;
}

}  // namespace gradpath::tools
