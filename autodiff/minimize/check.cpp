// One place that says what a list of tensors must be to update, or be updated with, a list of parameters.
#include <gradpath/autodiff/minimize/check.hpp>

namespace gradpath::minimize {

void require_alike(const char* op, const char* others_name, const std::vector<Tensor>& parameters,
                   const std::vector<Tensor>& others) {
    require(parameters.size() == others.size(), op, ": the lists must be equally long: ", parameters.size(),
            " parameters, ", others.size(), " ", others_name);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Tensor &p = parameters[i], &other = others[i];
        require(static_cast<bool>(p), op, ": parameter ", i, " is empty");
        require(static_cast<bool>(other), op, ": entry ", i, " of ", others_name, " is empty");
        require<ShapeError>(p.shape() == other.shape(), op, ": parameter ", i, " has shape ", p.shape(),
                            " but its entry in ", others_name, " has ", other.shape());
        require<DTypeError>(p.dtype() == other.dtype(), op, ": parameter ", i, " is ", p.dtype(), " but its entry in ",
                            others_name, " is ", other.dtype(), "; convert one with .to()");
    }
}

std::vector<Tensor> zeros_alike(const std::vector<Tensor>& parameters) {
    std::vector<Tensor> list;
    list.reserve(parameters.size());
    for (const Tensor& p : parameters) list.push_back(zeros_like(p));
    return list;
}

}  // namespace gradpath::minimize
