// Claims are what holds for every function and any options: sampled, too, with as few samples as one likes. A random
// order gives every player what it adds, so what holds for each order holds for their mean; symmetry holds for all
// orders only. A regression on a sample keeps its constraints and is linear in v, no more.
#include <gradpath/attribution/coalition/banzhaf.hpp>
#include <gradpath/attribution/coalition/exact.hpp>
#include <gradpath/attribution/coalition/interactions.hpp>
#include <gradpath/attribution/coalition/kernel_shap.hpp>
#include <gradpath/attribution/coalition/lime.hpp>
#include <gradpath/attribution/coalition/owen.hpp>
#include <gradpath/attribution/coalition/removal.hpp>
#include <gradpath/attribution/coalition/rise.hpp>
#include <gradpath/attribution/coalition/shapley_ig.hpp>
#include <gradpath/attribution/coalition/shapley_sampling.hpp>
#include <gradpath/attribution/method_row.hpp>

namespace gradpath::attribution {
namespace {

const std::vector<Claim> of_orders{Claim::completeness,
                                   Claim::sensitivity,
                                   Claim::dummy,
                                   Claim::linearity,
                                   Claim::implementation_invariance,
                                   Claim::affine_scale_invariance,
                                   Claim::positivity,
                                   Claim::locality};

std::vector<Claim> without_completeness(std::vector<Claim> claims) {
    std::erase(claims, Claim::completeness);
    return claims;
}
std::vector<Claim> with_symmetry(std::vector<Claim> claims) {
    claims.push_back(Claim::symmetry);
    return claims;
}

std::vector<Method> shapley_values() {
    return {
        {.name = "shapley",
         .family = "coalition",
         .summary = "what each player adds, the mean over all orders in which players may come",
         .takes_baseline = true,
         .options = options_of<Shapley>(),
         .claims = with_symmetry(of_orders),
         .citations = {{"Lloyd S. Shapley", "A Value for n-Person Games",
                        "Contributions to the Theory of Games II, Princeton University Press", 1953},
                       {"Scott M. Lundberg, Su-In Lee", "A Unified Approach to Interpreting Model Predictions",
                        "NeurIPS", 2017, "1705.07874"}},
         .run = runner("shapley", shapley)},
        {.name = "shapley-sampling",
         .family = "coalition",
         .summary = "Shapley values by random orders, with their errors",
         .takes_baseline = true,
         .options = options_of<ShapleySampling>(),
         .claims = of_orders,
         .citations = {{"Javier Castro, Daniel Gómez, Juan Tejada",
                        "Polynomial calculation of the Shapley value based on sampling",
                        "Computers & Operations Research 36", 2009},
                       {"Rory Mitchell, Joshua Cooper, Eibe Frank, Geoffrey Holmes",
                        "Sampling Permutations for Shapley Value Estimation", "JMLR 23", 2022, "2104.12199"}},
         .run = runner("shapley-sampling", shapley_sampling)},
        {.name = "kernel-shap",
         .family = "coalition",
         .summary = "Shapley values by least squares on coalitions, with their errors",
         .takes_baseline = true,
         .options = options_of<KernelShap>(),
         .claims = {Claim::completeness, Claim::linearity, Claim::implementation_invariance,
                    Claim::affine_scale_invariance},
         .citations = {{"Scott M. Lundberg, Su-In Lee", "A Unified Approach to Interpreting Model Predictions",
                        "NeurIPS", 2017, "1705.07874"},
                       {"Ian Covert, Su-In Lee",
                        "Improving KernelSHAP: Practical Shapley Value Estimation via Linear Regression", "AISTATS",
                        2021, "2012.01536"}},
         .run = runner("kernel-shap", kernel_shap)},
    };
}

std::vector<Method> other_values() {
    return {
        {.name = "owen",
         .family = "coalition",
         .summary = "Shapley values where the players of a union come one after the other",
         .takes_baseline = true,
         .options = options_of<Owen>(),
         .claims = of_orders,
         .citations = {{"Guillermo Owen", "Values of Games with a Priori Unions",
                        "Mathematical Economics and Game Theory, Springer", 1977}},
         .run = runner("owen", owen)},
        {.name = "banzhaf",
         .family = "coalition",
         .summary = "what each player adds, the mean over all coalitions of the others",
         .takes_baseline = true,
         .options = options_of<Banzhaf>(),
         .claims = without_completeness(of_orders),
         .citations = {{"John F. Banzhaf III", "Weighted Voting Doesn't Work: A Mathematical Analysis",
                        "Rutgers Law Review 19", 1965},
                       {"Jiachen T. Wang, Ruoxi Jia",
                        "Data Banzhaf: A Robust Data Valuation Framework for Machine "
                        "Learning",
                        "AISTATS", 2023, "2205.15466"}},
         .run = runner("banzhaf", banzhaf)},
    };
}

std::vector<Method> together() {
    return {
        {.name = "shapley-interactions",
         .family = "coalition",
         .summary = "what pairs of players add beyond each of them, whose rows sum to Shapley values",
         .takes_baseline = true,
         .options = options_of<Interactions>(),
         .claims = {Claim::completeness, Claim::linearity, Claim::implementation_invariance,
                    Claim::affine_scale_invariance},
         .citations = {{"Michel Grabisch, Marc Roubens",
                        "An axiomatic approach to the concept of interaction among players in cooperative games",
                        "International Journal of Game Theory 28", 1999},
                       {"Scott M. Lundberg, Gabriel Erion, Hugh Chen, Alex DeGrave, Jordan M. Prutkin, Bala Nair, "
                        "Ronit Katz, Jonathan Himmelfarb, Nisha Bansal, Su-In Lee",
                        "From local explanations to global understanding with explainable AI for trees",
                        "Nature Machine Intelligence 2", 2020, "1905.04610"}},
         .run = runner("shapley-interactions", shapley_interactions)},
        {.name = "shapley-taylor",
         .family = "coalition",
         .summary = "what players do alone, and what pairs of them add to it",
         .takes_baseline = true,
         .options = options_of<Interactions>(),
         .claims = {Claim::completeness, Claim::linearity, Claim::implementation_invariance,
                    Claim::affine_scale_invariance},
         .citations = {{"Mukund Sundararajan, Kedar Dhamdhere, Ashish Agarwal", "The Shapley Taylor Interaction Index",
                        "ICML", 2020, "1902.05622"}},
         .run = runner("shapley-taylor", shapley_taylor)},
        {.name = "harsanyi",
         .family = "coalition",
         .summary = "what each coalition does that no smaller one does, shared evenly by its players",
         .takes_baseline = true,
         .options = options_of<Harsanyi>(),
         .claims = {Claim::dummy, Claim::implementation_invariance, Claim::affine_scale_invariance, Claim::locality},
         .citations = {{"John C. Harsanyi", "A Simplified Bargaining Model for the n-Person Cooperative Game",
                        "International Economic Review 4", 1963},
                       {"Jie Ren, Zhanpeng Zhou, Qirui Chen, Quanshi Zhang",
                        "Can We Faithfully Represent Absence States to Compute Shapley Values on a DNN?", "ICLR", 2023,
                        "2105.10719"}},
         .run = runner("harsanyi", harsanyi)},
    };
}

/// Complete, and linear, only as its options say: what is rescaled is neither where shares cancel.
Method lines_from_coalitions() {
    return {.name = "shapley-integrated-gradients",
            .family = "coalition",
            .summary = "Integrated Gradients from coalitions of the input's features as baselines, of all sizes alike",
            .takes_baseline = true,
            .options = options_of<ShapleyIntegratedGradients>(),
            .claims = {Claim::sensitivity, Claim::dummy, Claim::implementation_invariance,
                       Claim::affine_scale_invariance, Claim::positivity, Claim::locality},
            .citations = {{"Shuyang Liu, Zixuan Chen, Ge Shi, Ji Wang, Changjie Fan, Yu Xiong, Runze Wu, Yujing Hu, "
                           "Ze Ji, Yang Gao",
                           "A New Baseline Assumption of Integated Gradients Based on Shaply value", "arXiv", 2023,
                           "2310.04821"}},
            .run = runner("shapley-integrated-gradients", shapley_integrated_gradients)};
}

std::vector<Method> removals() {
    return {
        {.name = "feature-ablation",
         .family = "coalition",
         .summary = "what is lost when each player is taken away from the input",
         .takes_baseline = true,
         .options = options_of<FeatureAblation>(),
         .claims = with_symmetry(without_completeness(of_orders)),
         .citations = {{"Marko Robnik-Šikonja, Igor Kononenko", "Explaining Classifications For Individual Instances",
                        "IEEE TKDE 20", 2008}},
         .run = runner("feature-ablation", feature_ablation)},
        {.name = "occlusion",
         .family = "coalition",
         .summary = "what is lost when a window of the input is taken away",
         .takes_baseline = true,
         .options = options_of<Occlusion>(),
         .claims = {Claim::linearity, Claim::implementation_invariance, Claim::affine_scale_invariance,
                    Claim::positivity},
         .citations = {{"Matthew D. Zeiler, Rob Fergus", "Visualizing and Understanding Convolutional Networks", "ECCV",
                        2014, "1311.2901"}},
         .run = runner("occlusion", occlusion)},
        {.name = "rise",
         .family = "coalition",
         .summary = "the mean of random masks, each as much as the model sees through it",
         .takes_baseline = true,
         .options = options_of<Rise>(),
         .claims = {Claim::linearity, Claim::implementation_invariance, Claim::affine_scale_invariance},
         .citations = {{"Vitali Petsiuk, Abir Das, Kate Saenko",
                        "RISE: Randomized Input Sampling for Explanation of Black-box Models", "BMVC", 2018,
                        "1806.07421"}},
         .run = runner("rise", rise)},
        {.name = "lime",
         .family = "coalition",
         .summary = "the coefficients of a linear model fitted around the input",
         .takes_baseline = true,
         .options = options_of<Lime>(),
         .claims = {Claim::linearity, Claim::implementation_invariance, Claim::affine_scale_invariance},
         .citations = {{"Marco Tulio Ribeiro, Sameer Singh, Carlos Guestrin",
                        "\"Why Should I Trust You?\": Explaining the Predictions of Any Classifier", "KDD", 2016,
                        "1602.04938"}},
         .run = runner("lime", lime)},
    };
}

}  // namespace

std::vector<Method> coalition_rows() {
    std::vector<Method> rows;
    const auto add = [&](std::vector<Method> part) { std::ranges::move(part, std::back_inserter(rows)); };
    for (auto part : {shapley_values, other_values, together}) add(part());
    rows.push_back(lines_from_coalitions());
    add(removals());
    return rows;
}

}  // namespace gradpath::attribution
