// What the model says of rows that change in the order of the values: pixels removed, put in, masked, jittered.
#include <array>
#include <cmath>

#include <gradpath/attribution/quality/infidelity.hpp>
#include <gradpath/attribution/quality/information.hpp>
#include <gradpath/attribution/quality/insertion_deletion.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/attribution/quality/road.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/measures.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;

using Pixels = quality::PixelCurve;

quality::PixelSteps pixel_steps(const Contest& q) { return {.target = q.target, .seed = q.seed, .run = q.run}; }

PerRow of_pixels(const Measure& self, const std::vector<Pixels>& curves, Contestant& c) {
    c.curves[self.name] = mean_curve(self, curves, &Pixels::changed, &Pixels::value);
    return each(curves, &Pixels::area);
}

PerRow deletion(const Measure& self, const Contest& q, Contestant& c) {
    return of_pixels(self, quality::deletion(q.subject.run, q.x, c.values, pixel_steps(q)), c);
}

PerRow insertion(const Measure& self, const Contest& q, Contestant& c) {
    return of_pixels(self, quality::insertion(q.subject.run, q.x, c.values, pixel_steps(q)), c);
}

PerRow road(const Measure& self, const Contest& q, Contestant& c) {
    const auto curves = quality::road(q.subject.run, q.x, c.values, {.target = q.target, .seed = q.seed, .run = q.run});
    c.curves[self.name] = mean_curve(self, curves, &quality::RoadCurve::shares, &quality::RoadCurve::probability);
    return each(curves, &quality::RoadCurve::area);
}

/// All curves come at once.
template <std::vector<double> quality::MaskingCurves::*curve>
PerRow masked(const Measure& self, const Contest& q, Contestant& c) {
    if (c.masked.empty())
        c.masked = quality::masking_curves_of_rows(q.subject.run, q.x, c.values,
                                                   {.target = q.target, .seed = q.seed, .run = q.run});
    PerRow list;
    for (const quality::MaskingCurves& row : c.masked)
        list.push_back(quality::area_under(row.areas, row.*curve) / (row.areas.back() - row.areas.front()));
    c.curves[self.name] = mean_curve(self, c.masked, &quality::MaskingCurves::areas, curve);
    return list;
}

PerRow infidelity(const Measure&, const Contest& q, Contestant& c) {
    return quality::infidelity(q.subject.run, q.x, c.values,
                               {.target = q.asked(),
                                .stage = q.stage,
                                .difference = c.difference,
                                .normalised = true,
                                .seed = q.seed,
                                .run = q.run});
}

/// Over the share of the bits of a picture that is shown.
template <std::vector<double> quality::InformationCurve::*curve, double quality::InformationCurve::*area>
PerRow information(const Measure& self, const Contest& q, Contestant& c) {
    struct OverBits {
        std::vector<double> bits, performance;
    };
    std::vector<OverBits> kept;
    const auto curves =
        quality::information_curves(q.subject.run, q.x, c.values, {.target = q.target, .seed = q.seed, .run = q.run});
    for (const quality::InformationCurve& found : curves) {
        if (found.left_out) continue;
        OverBits& points = kept.emplace_back(OverBits{{}, found.*curve});
        const auto last = static_cast<double>(points.performance.size() - 1);
        for (double k = 0; k <= last; ++k) points.bits.push_back(k / last);
    }
    if (!kept.empty()) c.curves[self.name] = mean_curve(self, kept, &OverBits::bits, &OverBits::performance);
    return each(curves, area);
}

using Masked = quality::MaskingCurves;
using Shown = quality::InformationCurve;

constexpr Measure of_masking(const char* name, const char* words, Better better, decltype(Measure::of) of,
                             const char* upwards) {
    return {.name = name,
            .words = words,
            .better = better,
            .of = of,
            .across = "share of features masked",
            .upwards = upwards};
}

constexpr Measure within(Measure m, double low, double high) {
    m.low = low;
    m.high = high;
    return m;
}

constexpr Measure usual(Measure m) {
    m.usual = true;
    return m;
}

constexpr Measure of_pictures(Measure m) {
    m.needs = Needs::pictures;
    return usual(within(m, 0, 1));
}

constexpr std::array<Measure, 11> list{{
    usual(within({.name = "deletion",
                  .words = "mean probability of the class while features turn to zero, the largest a first",
                  .better = Better::low,
                  .of = deletion,
                  .across = "share of features removed",
                  .upwards = "probability of the class"},
                 0, 1)),
    of_pictures({.name = "insertion",
                 .words = "mean probability while pixels come back onto a blurred picture",
                 .better = Better::high,
                 .of = insertion,
                 .across = "share of pixels put in",
                 .upwards = "probability of the class"}),
    of_pictures({.name = "road",
                 .words = "mean probability while removed pixels are imputed from their neighbours",
                 .better = Better::low,
                 .of = road,
                 .across = "share of pixels removed",
                 .upwards = "probability of the class"}),
    usual(within(of_masking("comprehensiveness", "fall of the probability with the top 1 to 65 % by |a| masked, mean",
                            Better::high, masked<&Masked::comprehensiveness>, "fall of the probability"),
                 -1, 1)),
    usual(within({.name = "sufficiency",
                  .words = "fall of the probability with all but the top 1 to 65 % masked, mean",
                  .better = Better::low,
                  .of = masked<&Masked::sufficiency>,
                  .across = "share of features left",
                  .upwards = "fall of the probability"},
                 -1, 1)),
    of_masking("log-odds", "change of the log-probability with the top 1 to 65 % by |a| masked, mean", Better::low,
               masked<&Masked::log_odds>, "change of the log-probability"),
    within(of_masking("cross-entropy", "of the class, with the top 1 to 65 % by |a| masked, mean, in nats",
                      Better::high, masked<&Masked::cross_entropy>, "cross-entropy"),
           0, INFINITY),
    within(of_masking("accuracy", "share of rows with a probability of 1/2 at least, the top 1 to 65 % masked, mean",
                      Better::low, masked<&Masked::accuracy>, "share of rows at 1/2 or above"),
           0, 1),
    usual({.name = "infidelity",
           .words = "mean squared error of the change foretold for normal noise of 0.1, scaled (squared units of what "
                    "is explained); of a method with a baseline, values count divided by input less baseline",
           .better = Better::low,
           .of = infidelity,
           .low = 0}),
    of_pictures({.name = "sic",
                 .words = "area under the rise of the probability, 1 is that of the whole picture, over bits shown; "
                          "images whose class has a probability below 0.8, or one that does not rise, are left out",
                 .better = Better::high,
                 .of = information<&Shown::softmax, &Shown::softmax_area>,
                 .across = "share of the bits shown",
                 .upwards = "rise of the probability, 1 is that of the whole picture"}),
    of_pictures({.name = "aic",
                 .words = "area under the share of pictures that are given the class, over bits shown; of the same "
                          "images as sic",
                 .better = Better::high,
                 .of = information<&Shown::accuracy, &Shown::accuracy_area>,
                 .across = "share of the bits shown",
                 .upwards = "share of pictures recognised"}),
}};

}  // namespace

std::span<const Measure> measures_of_changes() { return list; }

}  // namespace gradpath::tools
