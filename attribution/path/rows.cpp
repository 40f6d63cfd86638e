// Claims are what holds for every function and any options. Completeness that holds only up to the steps of a walk or
// to the draws of a baseline is no claim: the result carries its figures all the same. Integrated Hessians explain the
// softened model, which depends on how the function is written.
#include <gradpath/attribution/method_row.hpp>
#include <gradpath/attribution/path/agi.hpp>
#include <gradpath/attribution/path/blur_ig.hpp>
#include <gradpath/attribution/path/expected_gradients.hpp>
#include <gradpath/attribution/path/guided_ig.hpp>
#include <gradpath/attribution/path/idgi.hpp>
#include <gradpath/attribution/path/ig2.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/attribution/path/integrated_hessians.hpp>
#include <gradpath/attribution/path/path_ensemble.hpp>

namespace gradpath::attribution {
namespace {

const Citation lundstrom{"Daniel Lundstrom, Tianjian Huang, Meisam Razaviyayn",
                         "A Rigorous Study of Integrated Gradients Method and Extensions to Internal Neuron "
                         "Attributions",
                         "ICML", 2022, "2202.11912"};

Method straight_line() {
    return {.name = "integrated-gradients",
            .family = "path",
            .summary = "gradients gathered along the straight line from a baseline",
            .takes_baseline = true,
            .options = options_of<IntegratedGradients>(),
            .claims = {Claim::completeness, Claim::sensitivity, Claim::dummy, Claim::linearity,
                       Claim::implementation_invariance, Claim::symmetry, Claim::affine_scale_invariance,
                       Claim::proportionality, Claim::positivity, Claim::symmetric_monotonicity, Claim::locality},
            .citations = {{"Mukund Sundararajan, Ankur Taly, Qiqi Yan", "Axiomatic Attribution for Deep Networks",
                           "ICML", 2017, "1703.01365"},
                          lundstrom},
            .run = runner("integrated-gradients", integrated_gradients)};
}

std::vector<Method> averaged_paths() {
    return {
        {.name = "path-ensemble",
         .family = "path",
         .summary = "the mean over random monotone paths from a baseline",
         .takes_baseline = true,
         .options = options_of<PathEnsemble>(),
         .claims = {Claim::completeness, Claim::sensitivity, Claim::dummy, Claim::linearity,
                    Claim::implementation_invariance, Claim::positivity, Claim::locality},
         .citations = {lundstrom},
         .run = runner("path-ensemble", path_ensemble)},
        {.name = "expected-gradients",
         .family = "path",
         .summary = "the mean gradient on lines from baselines drawn at random",
         .takes_baseline = true,
         .standard_baseline = describe(ExpectedGradients{}.baseline),
         .options = options_of<ExpectedGradients>(),
         .claims = {Claim::dummy, Claim::linearity, Claim::implementation_invariance},
         .citations = {{"Gabriel Erion, Joseph D. Janizek, Pascal Sturmfels, Scott M. Lundberg, Su-In Lee",
                        "Improving performance of deep learning models with axiomatic attribution priors and expected "
                        "gradients",
                        "Nature Machine Intelligence 3", 2021, "1906.10670"}},
         .run = runner("expected-gradients", expected_gradients)},
    };
}

std::vector<Method> other_paths() {
    return {
        {.name = "guided-ig",
         .family = "path",
         .summary = "a path from a baseline that goes where slopes are small",
         .takes_baseline = true,
         .options = options_of<GuidedIg>(),
         .claims = {Claim::dummy, Claim::implementation_invariance, Claim::symmetry, Claim::positivity,
                    Claim::locality},
         .citations = {{"Andrei Kapishnikov, Subhashini Venugopalan, Besim Avci, Ben Wedin, Michael Terry, Tolga "
                        "Bolukbasi",
                        "Guided Integrated Gradients: An Adaptive Path Method for Removing Noise", "CVPR", 2021,
                        "2106.09788"}},
         .run = runner("guided-ig", guided_ig)},
        {.name = "blur-ig",
         .family = "path",
         .summary = "gradients gathered while a blurred input comes into focus",
         .options = options_of<BlurIg>(),
         .claims = {Claim::dummy, Claim::linearity, Claim::implementation_invariance},
         .citations = {{"Shawn Xu, Subhashini Venugopalan, Mukund Sundararajan", "Attribution in Scale and Space",
                        "CVPR", 2020, "2004.03383"}},
         .run = runner("blur-ig", blur_ig)},
        {.name = "idgi",
         .family = "path",
         .summary = "steps of the output along a path, shared by squared gradients",
         .takes_baseline = true,
         .options = options_of<Idgi>(),
         .claims = {Claim::completeness, Claim::dummy, Claim::implementation_invariance, Claim::symmetry,
                    Claim::positivity},
         .citations = {{"Ruo Yang, Binghui Wang, Mustafa Bilgic",
                        "IDGI: A Framework to Eliminate Explanation Noise from Integrated Gradients", "CVPR", 2023,
                        "2303.14242"}},
         .run = runner("idgi", idgi)},
        {.name = "agi",
         .family = "path",
         .summary = "gradients gathered on the way back from attacks towards other classes",
         .options = options_of<Agi>(),
         .claims = {Claim::dummy, Claim::implementation_invariance},
         .citations = {{"Deng Pan, Xin Li, Dongxiao Zhu",
                        "Explaining Deep Neural Network Models with Adversarial Gradient Integration", "IJCAI", 2021}},
         .run = runner("agi", agi)},
        {.name = "ig2",
         .family = "path",
         .summary = "gradients gathered on the way back from a descent towards a reference",
         .takes_baseline = true,
         .options = options_of<Ig2>(),
         .claims = {Claim::dummy, Claim::implementation_invariance},
         .citations = {{"Yue Zhuo, Zhiqiang Ge",
                        "IG2: Integrated Gradient on Iterative Gradient Path for Feature Attribution", "IEEE TPAMI 46",
                        2024, "2406.10852"}},
         .run = runner("ig2", ig2)},
        {.name = "integrated-hessians",
         .family = "path",
         .summary = "interactions of pairs of features, whose rows sum to Integrated Gradients",
         .takes_baseline = true,
         .options = options_of<IntegratedHessians>(),
         .claims = {Claim::completeness, Claim::linearity},
         .citations = {{"Joseph D. Janizek, Pascal Sturmfels, Su-In Lee",
                        "Explaining Explanations: Axiomatic Feature Interactions for Deep Networks", "JMLR 22", 2021,
                        "2002.04138"}},
         .run = runner("integrated-hessians", integrated_hessians)},
    };
}

}  // namespace

std::vector<Method> path_rows() {
    std::vector<Method> rows{straight_line()};
    for (auto family : {averaged_paths, other_paths})
        for (Method& row : family()) rows.push_back(std::move(row));
    return rows;
}

}  // namespace gradpath::attribution
