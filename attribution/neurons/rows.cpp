// None of these claims an axiom: the axioms are about features, these answer about a layer, or about another function
// than the model. What they keep, they report (Attribution::identities, delta).
#include <gradpath/attribution/method_row.hpp>
#include <gradpath/attribution/neurons/internal_neurons.hpp>
#include <gradpath/attribution/neurons/layer_maps.hpp>
#include <gradpath/attribution/neurons/layer_methods.hpp>

namespace gradpath::attribution {
namespace {

const Citation dhamdhere{"Kedar Dhamdhere, Mukund Sundararajan, Qiqi Yan", "How Important Is a Neuron?", "ICLR", 2019,
                         "1805.12233"};
const Citation lundstrom{"Daniel Lundstrom, Tianjian Huang, Meisam Razaviyayn",
                         "A Rigorous Study of Integrated Gradients Method and Extensions to Internal Neuron "
                         "Attributions",
                         "ICML", 2022, "2202.11912"};
const Citation shrikumar{"Avanti Shrikumar, Jocelin Su, Anshul Kundaje",
                         "Computationally Efficient Measures of Internal Neuron Importance", "arXiv", 2018,
                         "1807.09946"};
const Citation yosinski{"Jason Yosinski, Jeff Clune, Anh Nguyen, Thomas Fuchs, Hod Lipson",
                        "Understanding Neural Networks Through Deep Visualization", "ICML Deep Learning Workshop", 2015,
                        "1506.06579"};

/// Runs a method for every layer at once.
template <class Options>
auto layers_runner(const std::string& name,
                   std::vector<Attribution> (*method)(const Model&, const Tensor&, const Options&,
                                                      std::vector<std::string>)) {
    return [name, method](const Model& model, const Tensor& x, const Settings& s) {
        return method(model, x, options_from<Options>(name, s), {});
    };
}

std::vector<Method> along_the_path() {
    return {
        {.name = "conductance",
         .family = "neurons",
         .summary = "how much of the change of the output passes through each unit of a layer",
         .takes_baseline = true,
         .inside = true,
         .options = options_of<LayerPath>(),
         .claims = {},
         .citations = {dhamdhere},
         .run = runner<LayerPath>("conductance", conductance),
         .run_layers = layers_runner<LayerPath>("conductance", conductance)},
        {.name = "internal-influence",
         .family = "neurons",
         .summary = "the mean slope of the output in each unit of a layer, on the way from a baseline",
         .takes_baseline = true,
         .inside = true,
         .options = options_of<LayerPath>(),
         .claims = {},
         .citations = {{"Klas Leino, Shayak Sen, Anupam Datta, Matt Fredrikson, Linyi Li",
                        "Influence-Directed Explanations for Deep Convolutional Networks", "ITC", 2018, "1802.03788"}},
         .run = runner<LayerPath>("internal-influence", internal_influence),
         .run_layers = layers_runner<LayerPath>("internal-influence", internal_influence)},
        {.name = "internal-neurons",
         .family = "neurons",
         .summary = "how much of what a region of the input does passes through each unit of a layer",
         .takes_baseline = true,
         .inside = true,
         .options = options_of<InternalNeurons>(),
         .claims = {},
         .citations = {lundstrom, dhamdhere},
         .run = runner<InternalNeurons>("internal-neurons", internal_neurons),
         .run_layers = layers_runner<InternalNeurons>("internal-neurons", internal_neurons)},
        {.name = "layer-ig",
         .family = "neurons",
         .summary = "gradients of a layer gathered on the straight line between the layer at baseline and at input",
         .takes_baseline = true,
         .inside = true,
         .options = options_of<LayerIg>(),
         .claims = {},
         .citations = {shrikumar},
         .run = runner("layer-ig", layer_ig)},
    };
}

std::vector<Method> at_one_place() {
    return {
        {.name = "layer-activation",
         .family = "neurons",
         .summary = "the numbers of a layer themselves",
         .inside = true,
         .options = options_of<AtLayer>(),
         .claims = {},
         .citations = {yosinski},
         .run = runner("layer-activation", layer_activation)},
        {.name = "gradient-x-activation",
         .family = "neurons",
         .summary = "each unit of a layer times the slope of the output in it",
         .inside = true,
         .options = options_of<AtLayer>(),
         .claims = {},
         .citations = {dhamdhere},
         .run = runner("gradient-x-activation", gradient_x_activation)},
        {.name = "neuron-gradient",
         .family = "neurons",
         .summary = "how one unit of a layer answers to a small change of each feature",
         .takes_target = false,
         .inside = true,
         .options = options_of<NeuronGradient>(),
         .claims = {},
         .citations = {yosinski},
         .run = runner("neuron-gradient", neuron_gradient)},
        {.name = "neuron-ig",
         .family = "neurons",
         .summary = "gradients of one unit of a layer gathered along the straight line from a baseline",
         .takes_baseline = true,
         .takes_target = false,
         .inside = true,
         .options = options_of<NeuronIg>(),
         .claims = {},
         .citations = {shrikumar},
         .run = runner("neuron-ig", neuron_ig)},
    };
}

/// A layer map, of one layer or of every layer that has one.
Method map_row(const std::string& name, const std::string& summary, const Citation& citation,
               Attribution (*method)(const Model&, const Tensor&, const LayerMap&)) {
    return {.name = name,
            .family = "neurons",
            .summary = summary,
            .inside = true,
            .options = options_of<LayerMap>(),
            .claims = {},
            .citations = {citation},
            .run = runner(name, method),
            .run_layers = [name, method](const Model& model, const Tensor& x, const Settings& s) {
                std::vector<Attribution> all;
                LayerMap o = options_from<LayerMap>(name, s);
                for (const LayerInfo& layer : picture_layers(model, x)) {
                    o.layer = layer.name;
                    all.push_back(method(model, x, o));
                }
                return all;
            }};
}

std::vector<Method> maps() {
    const Citation selvaraju{
        "Ramprasaath R. Selvaraju, Michael Cogswell, Abhishek Das, Ramakrishna Vedantam, Devi "
        "Parikh, Dhruv Batra",
        "Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based Localization", "ICCV", 2017, "1610.02391"};
    const Citation chattopadhay{"Aditya Chattopadhay, Anirban Sarkar, Prantik Howlader, Vineeth N. Balasubramanian",
                                "Grad-CAM++: Improved Visual Explanations for Deep Convolutional Networks", "WACV",
                                2018, "1710.11063"};
    const Citation jiang{"Peng-Tao Jiang, Chang-Bin Zhang, Qibin Hou, Ming-Ming Cheng, Yunchao Wei",
                         "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization",
                         "IEEE Transactions on Image Processing", 2021};
    return {map_row("grad-cam", "a layer's channels added up by their mean slopes, at the size of the input", selvaraju,
                    grad_cam),
            map_row("grad-cam-plus-plus", "grad-cam with slopes that rise, weighed by their curvature", chattopadhay,
                    grad_cam_plus_plus),
            map_row("layer-cam", "grad-cam with each pixel weighed by its own slope, where it rises", jiang, layer_cam),
            map_row("guided-grad-cam", "guided-backprop times grad-cam", selvaraju, guided_grad_cam)};
}

}  // namespace

std::vector<Method> neuron_rows() {
    std::vector<Method> rows = along_the_path();
    for (auto* more : {at_one_place, maps})
        for (Method& row : more()) rows.push_back(std::move(row));
    return rows;
}

}  // namespace gradpath::attribution
