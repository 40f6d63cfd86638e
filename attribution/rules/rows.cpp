// DeepLIFT's claims are those of its rescale rule (Shrikumar et al. 2017; the counter-example to implementation
// invariance and dummy is Sundararajan et al. 2017, appendix B).
#include <gradpath/attribution/method_row.hpp>
#include <gradpath/attribution/rules/deep_lift.hpp>
#include <gradpath/attribution/rules/lrp.hpp>
#include <gradpath/attribution/rules/relu_rules.hpp>

namespace gradpath::attribution {
namespace {

std::vector<Method> relu_rows() {
    return {
        {.name = "guided-backprop",
         .family = "rules",
         .summary = "the gradient, but relus pass only what is positive, and only where they are open",
         .options = options_of<ReluRules>(),
         .claims = {},
         .citations = {{"Jost Tobias Springenberg, Alexey Dosovitskiy, Thomas Brox, Martin Riedmiller",
                        "Striving for Simplicity: The All Convolutional Net", "ICLR Workshop", 2015, "1412.6806"}},
         .run = runner("guided-backprop", guided_backprop)},
        {.name = "deconvnet",
         .family = "rules",
         .summary = "the gradient, but relus pass only what is positive, open or not",
         .options = options_of<ReluRules>(),
         .claims = {},
         .citations = {{"Matthew D. Zeiler, Rob Fergus", "Visualizing and Understanding Convolutional Networks", "ECCV",
                        2014, "1311.2901"}},
         .run = runner("deconvnet", deconvnet)},
    };
}

std::vector<Method> difference_rows() {
    const Citation deep_lift_paper{"Avanti Shrikumar, Peyton Greenside, Anshul Kundaje",
                                   "Learning Important Features Through Propagating Activation Differences", "ICML",
                                   2017, "1704.02685"};
    return {
        {.name = "deep-lift",
         .family = "rules",
         .summary = "differences from a baseline, handed down by each op in proportion to what changed",
         .takes_baseline = true,
         .options = options_of<DeepLift>(),
         .claims = {Claim::completeness, Claim::sensitivity, Claim::linearity, Claim::affine_scale_invariance,
                    Claim::locality},
         .citations = {deep_lift_paper},
         .run = runner("deep-lift", deep_lift)},
        {.name = "deep-shap",
         .family = "rules",
         .summary = "the mean of deep-lift over a background",
         .takes_baseline = true,
         .standard_baseline = describe(DeepShap{}.baseline),
         .options = options_of<DeepShap>(),
         .claims = {Claim::completeness, Claim::linearity},
         .citations = {{"Scott M. Lundberg, Su-In Lee", "A Unified Approach to Interpreting Model Predictions",
                        "NeurIPS", 2017, "1705.07874"},
                       deep_lift_paper},
         .run = runner("deep-shap", deep_shap)},
    };
}

Method relevance_row() {
    return {.name = "lrp",
            .family = "rules",
            .summary = "the output handed down layer by layer, in proportion to what each unit gave",
            .options = options_of<Lrp>(),
            .claims = {},
            .citations = {{"Sebastian Bach, Alexander Binder, Grégoire Montavon, Frederick Klauschen, Klaus-Robert "
                           "Müller, Wojciech Samek",
                           "On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance "
                           "Propagation",
                           "PLOS ONE", 2015},
                          {"Grégoire Montavon, Alexander Binder, Sebastian Lapuschkin, Wojciech Samek, Klaus-Robert "
                           "Müller",
                           "Layer-Wise Relevance Propagation: An Overview", "Explainable AI, Springer", 2019}},
            .run = runner("lrp", lrp)};
}

}  // namespace

std::vector<Method> rule_rows() {
    std::vector<Method> rows = relu_rows();
    for (Method& row : difference_rows()) rows.push_back(std::move(row));
    rows.push_back(relevance_row());
    return rows;
}

}  // namespace gradpath::attribution
