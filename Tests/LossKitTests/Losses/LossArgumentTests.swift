import Foundation
import Testing

@testable import LossKit

/// The losses refuse arguments that they are not meant for, in every group.
@Suite struct LossArgumentTests {
  private static let definitions = """
    import losses
    param s = [2, 1, 0.5], d = [[0, 1, 2], [1, 0, 3], [2, 3, 0]], p = [0.2, 0.3, 0.5]
    data classes = [0, 0, 1], rel = [2, 0, 1]
    """

  @Test(arguments: [
    ("hinge(s, [1, 0, -1])", "a label y is 1 or -1\n  y = [1, 0, -1]\n  false at [1]"),
    ("logistic(s, 1, k = 0)", "the sharpness k is above 0\n  k = 0"),
    ("binary_cross_entropy(s, 1.5)", "a target y is from 0 to 1"),
    ("binary_focal(s, -1)", "a label y is 0 or 1"),
    ("binary_focal(s, 1, gamma = -1)", "gamma is not negative"),
    ("smoothed_hinge(s, 1, d = 0)", "the width d is above 0"),
    (
      "crammer_singer(s, 3)",
      "the label y is the index of a score\n  -len(s) = -3\n  y = 3\n  len(s) = 3"
    ),
    ("crammer_singer(s, -4)", "the label y is the index"),
    ("weston_watkins(s, 0, m = -1)", "the margin m is not negative"),
    ("lee_lin_wahba(s, 5)", "the label y is the index"),
    ("focal(s, 0, gamma = -2)", "gamma is not negative"),
    ("generalised_cross_entropy(s, 0, q = 0)", "q is above 0"),
    ("label_smoothing(s, -1)", "counted from 0"),
    ("label_smoothing(s, 0, e = 2)", "the share e is from 0 to 1"),
    ("soft_target_cross_entropy(s, [2, -1, 0])", "probabilities"),
    ("logit_adjusted(s, 0, [0.5, 0.5])", "a prior for each score"),
    ("ldam(s, 0, [1, 0, 3])", "the sizes n"),
    ("temperature_cross_entropy(s, 0, k = -1)", "the sharpness k is above 0"),
    ("entmax(s, alpha = 1)", "alpha is above 1 and at most 2"),
    ("sparsemax_loss(s, 7)", "the label y"),
    ("contrastive(-1, 1)", "distances are not negative"),
    ("contrastive(1, 2)", "y is 1 for a pair that is alike"),
    ("triplet(1, 2, m = -1)", "the margin m"),
    ("batch_hard_triplet(s, classes)", "d is a square matrix"),
    ("lifted_structure(d, [0, 1])", "d is a square matrix"),
    ("nca(d, classes, k = 0)", "the sharpness k"),
    ("proxy_nca(s, 3)", "the class y is the index of a proxy"),
    ("info_nce(s, 0, t = 0)", "the temperature t is above 0"),
    ("nt_xent(d, d[..<2])", "a and b have a row for each example"),
    ("sup_con(d, [0, 1])", "s is a square matrix"),
    ("multi_similarity(d, classes, a = 0)", "a and b are above 0"),
    ("n_pair(s, [1, 2], d)", "x and p have one length"),
    ("arcface(s, 0)", "c are cosines, from -1 to 1"),
    ("cosface(p, 3 - 4)", "the label y is the index of a class"),
    ("sphereface(p, 0, m = 1.5)", "m is a whole number of at least 1"),
    ("arcface(p, 0, m = 4)", "the margin m is an angle"),
    ("ranknet(s, [1, 2])", "a relevance for each score"),
    ("ndcg_loss(s, -rel)", "relevances are not negative"),
    ("approx_ndcg(s, rel, k = 0)", "the sharpness k"),
    ("list_mle(s, [1])", "a relevance for each score"), ("warp(s, 4)", "the label y"),
    ("pinball(s, 0, q = 1.5)", "the level q is from 0 to 1\n  q = 1.5"),
    ("huber(s, 0, d = -1)", "the width d"),
    ("epsilon_insensitive(s, 0, e = -1)", "the width e"),
    ("mae_smooth(s, 0, k = nan)", "the sharpness k"),
    ("poisson_nll(s, -1)", "a count y is not negative"),
    ("gaussian_nll(s, 0, 1)", "the variance v is above 0"),
    ("gamma_nll(s, 0)", "above 0"), ("gumbel_nll(0, -1, 1)", "the scale b"),
    ("pareto_nll(1, -1, 2)", "within the support"),
    ("kl(p, [0.5, 0.5])", "p and q have one length"),
    ("kl(p, [1.2, -0.2, 0])", "p and q are probabilities"), ("js(p, 4 * p)", "probabilities"),
    ("dice(s, p)", "p are probabilities"), ("tversky(p, p, a = -1)", "the weights a and b"),
    ("lovasz_hinge(s, [0, 1, 2])", "a label y is 0 or 1"),
    ("lovasz_softmax([p, p], [0, 3])", "the index of a column of p"),
    ("ctc(d, [0, 1])", "no label is the blank"), ("ctc(d, [3])", "the index of a column of s"),
    ("ctc(d, [1], blank = 3)", "the blank is"),
    ("crf(d, d, [0, 1])", "a row of s for each label"),
    ("hmm(s, d, [[1, 2]])", "a column for each state"), ("dtw(s)", "d is a matrix of costs"),
    ("soft_dtw(d, k = 0)", "the sharpness k"),
    ("sinkhorn(d, p, p, e = 0)", "the weight e of the entropy"),
    ("sinkhorn(d, [1], p)", "a weight for each row"),
    ("wasserstein_1d(p, p, [0, 2, 1])", "the places x are sorted"),
    ("cvar(s, alpha = 0)", "the share alpha"), ("average_top_k(s, 0)", "n is from 1"),
    ("kl_dro(s, e = 0)", "the weight e"),
    ("positive_unlabelled(s, s, 1.5)", "the prior is a probability"),
  ])
  func aWrongArgumentIsAnError(_ call: String, _ message: String) throws {
    let error = try TestSession(Self.definitions).error(call)
    #expect(error.message.hasPrefix("assertion failed: "), "\(call): \(error.message)")
    #expect(error.message.contains(message), "\(call): \(error.message)")
    #expect(error.fileName == "losses")
  }

  /// A loss of one example over the rows of a data set: the error is that of the row.
  @Test func inLanesToo() throws {
    let test = try TestSession(Self.definitions)
    #expect(try test.number("mean(crammer_singer(d[i], classes[i]) for i in 0..<3)") > 0)
    let error = try test.error("mean(crammer_singer(d[i], 2 * i) for i in 0..<3)")
    #expect(error.message.contains("y = 4"), "\(error.message)")
  }

  /// An argument on the edge of what is allowed is allowed.
  @Test(arguments: [
    "hinge(0, -1)", "binary_cross_entropy(0, 0.5)", "crammer_singer(s, 2, m = 0)",
    "label_smoothing(s, 0, e = 0)",
    "generalised_cross_entropy(s, 0, q = 1)", "sum(entmax(s, alpha = 2))", "pinball(1, 0, q = 1)",
    "huber(1, 0, d = inf)",
    "poisson_nll(0, 0)", "kl([1, 0], [1, 0])", "dice([0, 1], [0, 1])", "cvar(s, alpha = 1)",
    "average_top_k(s, 3)",
    "arcface([1, -1], 0)", "ctc(d, [])", "dtw([[1]])",
  ])
  func edgesAreAllowed(_ call: String) throws {
    #expect(try !TestSession(Self.definitions).number(call).isNaN)
  }

  /// Every group of the library has an argument that is refused above.
  @Test func everyGroupIsTested() throws {
    let source = try Project.text(
      Project.root.appending(path: "Sources/LossKit/Losses/losses.loss"))
    let groups = source.components(separatedBy: "\n#: ").dropFirst()
    #expect(groups.count == LossLibraryTests.groups.count)
    for group in groups { #expect(group.contains("\n  assert "), "\(group.prefix(40))") }
  }
}
