// Curves of these methods leave the box between baseline and input: no positivity, no locality.
#include <gradpath/attribution/geometry/geodesic_ig.hpp>
#include <gradpath/attribution/method_row.hpp>

namespace gradpath::attribution {
namespace {

const Citation salek{"Sina Salek, Joseph Enguehard", "Using the Path of Least Resistance to Explain Deep Networks",
                     "preprint", 2025, "2502.12108"};

}  // namespace

std::vector<Method> geometry_rows() {
    const std::vector<Claim> claims{Claim::completeness, Claim::dummy, Claim::implementation_invariance};
    return {
        {.name = "geodesic-ig",
         .family = "path",
         .summary = "the gradient along the shortest curve of a metric that the model makes",
         .takes_baseline = true,
         .options = options_of<GeodesicIg>(),
         .claims = claims,
         .citations = {salek},
         .run = runner("geodesic-ig", geodesic_ig)},
        {.name = "geodesic-ig-knn",
         .family = "path",
         .summary = "the gradient along the shortest way over neighbours in data or around the straight line",
         .takes_baseline = true,
         .options = options_of<GeodesicIgKnn>(),
         .claims = claims,
         .citations =
             {salek,
              {"Anupama Jha, Joseph K. Aicher, Matthew R. Gazzara, Deependra Singh, Yoseph Barash",
               "Enhanced Integrated Gradients: improving interpretability of deep learning models using splicing "
               "codes as a case study",
               "Genome Biology 21", 2020}},
         .run = runner("geodesic-ig-knn", geodesic_ig_knn)},
        {.name = "geodesic-ig-svi",
         .family = "path",
         .summary = "the gradient along a curve fitted by variational inference around the straight line",
         .takes_baseline = true,
         .options = options_of<GeodesicIgSvi>(),
         .claims = claims,
         .citations = {salek},
         .run = runner("geodesic-ig-svi", geodesic_ig_svi)},
    };
}

}  // namespace gradpath::attribution
